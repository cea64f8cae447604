import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointError, type StateDict } from '../nn/index.js';
import { decodeSafetensors, encodeSafetensors } from '../nn/safetensors.js';
import { RunFolder } from '../runs/run-folder.js';
import { InputError } from '../system/index.js';
import { type Checkpoint, loadResumeState, resumePath, saveCheckpoint } from './checkpoint.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-checkpoint-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const tensor = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });
const decode = (bytes: Uint8Array) => decodeSafetensors(Buffer.from(bytes), 'weights.safetensors');

describe('safetensors', () => {
  it('reads back every tensor bit for bit', () => {
    const float = fc.float32Array({ minLength: 0, maxLength: 9, noNaN: true });
    const states = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => !name.startsWith('__')),
      float,
    );
    fc.assert(
      fc.property(states, (state) => {
        const tensors: StateDict = new Map(
          Object.entries(state).map(([name, data]) => [name, { shape: [data.length], data }]),
        );
        const decoded = decode(encodeSafetensors({ tensors, metadata: { a: 'b' } }));
        expect(decoded).toEqual({ tensors, metadata: { a: 'b' } });
      }),
    );
  });

  it('is laid out as the format says', () => {
    const bytes = Buffer.from(encodeSafetensors({ tensors: new Map([['w', tensor(1)]]), metadata: {} }));
    const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    expect(Number(bytes.readBigUInt64LE())).toBe(56);
    expect(bytes.toString('utf8', 8, 64)).toBe(header.padEnd(56));
    expect(bytes.readFloatLE(64)).toBe(1);
  });

  it('widens half types and PyTorch’s counters', () => {
    const file = (dtype: string, data: Buffer) => {
      const header = Buffer.from(
        JSON.stringify({ t: { dtype, shape: [1], data_offsets: [0, data.length] } }),
      );
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      return Buffer.concat([length, header, data]);
    };
    const first = (dtype: string, bytes: number[]) =>
      decode(file(dtype, Buffer.from(bytes))).tensors.get('t')?.data[0];
    expect(first('F16', [0x00, 0x3e])).toBe(1.5);
    expect(first('F16', [0x01, 0x00])).toBe(2 ** -24);
    expect(first('BF16', [0xc0, 0x3f])).toBe(1.5);
    expect(first('I64', [7, 0, 0, 0, 0, 0, 0, 0])).toBe(7);
    expect(() => first('U8', [1])).toThrow('tensor t has the type U8, which is not supported');
  });

  it.each([
    ['an empty file', (_: Buffer) => Buffer.alloc(0), /too short/],
    ['a cut header', (bytes: Buffer) => bytes.subarray(0, 20), /its header does not fit/],
    ['cut data', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1), /tensor b is not all there/],
    ['a picture', (_: Buffer) => Buffer.from('\x89PNG\r\n\x1a\n and more'), /no safetensors file/],
  ])('names the file when it is %s', (_, spoil, message) => {
    const tensors: StateDict = new Map([
      ['a', tensor(1, 2)],
      ['b', tensor(3)],
    ]);
    const spoilt = spoil(Buffer.from(encodeSafetensors({ tensors, metadata: {} })));
    expect(() => decode(spoilt)).toThrow(message);
    expect(() => decode(spoilt)).toThrow(/^weights\.safetensors: /);
  });
});

const checkpoint = (step: number): Checkpoint => ({
  run: {
    step,
    epoch: 1,
    batch: 2,
    validationDue: false,
    seed: 42,
    updater: { precision: {}, optimizer: 'adam', optimizerStep: step, averageUpdates: 0 },
    callbacks: {},
    tracker: null,
    metrics: { 'val/hmean': 0.5 },
  },
  weights: new Map([['w', tensor(step)]]),
  state: new Map([['model.w', tensor(step)]]),
  model: { encoder: 'tiny' },
});

describe('checkpoints', () => {
  it('come back whole, and the older state goes', () => {
    saveCheckpoint(folder, 'last', checkpoint(1));
    saveCheckpoint(folder, 'last', checkpoint(2));
    expect(loadResumeState(resumePath('last', folder))).toEqual({
      run: checkpoint(2).run,
      state: checkpoint(2).state,
    });
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it('are still the older one when the power goes before the JSON is there', () => {
    saveCheckpoint(folder, 'last', checkpoint(1));
    const json = readFileSync(join(folder, 'last.json'));
    const stateFile = readdirSync(folder).find((name) => name.includes('state')) as string;
    const state = readFileSync(join(folder, stateFile));
    saveCheckpoint(folder, 'last', checkpoint(2));
    // What the disk holds when the second save dies right before its JSON: new state, old JSON and old state.
    writeFileSync(join(folder, 'last.json'), json);
    writeFileSync(join(folder, stateFile), state);
    expect(loadResumeState(resumePath('last', folder)).run.step).toBe(1);
  });

  it('come back with what JSON cannot hold: figures that are no numbers', () => {
    const run = { ...checkpoint(1).run, tracker: { step: 1, metrics: { 'train/gradient_norm': Infinity } } };
    saveCheckpoint(folder, 'last', { ...checkpoint(1), run });
    const { tracker } = loadResumeState(join(folder, 'last.json')).run;
    expect(tracker).toEqual({ step: 1, metrics: { 'train/gradient_norm': Number.NaN } });
  });

  it('of an older Inkstone, which name no optimiser, are read', () => {
    saveCheckpoint(folder, 'last', checkpoint(1));
    const file = join(folder, 'last.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"optimizer": "adam",', ''));
    expect(loadResumeState(file).run.updater).toEqual({
      precision: {},
      optimizerStep: 1,
      averageUpdates: 0,
    });
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -20), 'is no JSON, or was cut off'],
    ['empty', () => '', 'is no JSON, or was cut off'],
    ['not JSON', (text: string) => text.replace('"step": 1', '"step": NaN'), 'is no JSON, or was cut off'],
    [
      'of a wrong type',
      (text: string) => text.replace('"step": 1', '"step": "1"'),
      'is not as Inkstone writes it (step: expected number, received string)',
    ],
    [
      'out of range',
      (text: string) => text.replace('"optimizerStep": 1', '"optimizerStep": -1'),
      'is not as Inkstone writes it (updater.optimizerStep: Too small: expected number to be >=0)',
    ],
    [
      'without a key',
      (text: string) => text.replace('"epoch": 1,', ''),
      'is not as Inkstone writes it (epoch: expected number, received undefined)',
    ],
    ["another program's", () => '[1, 2]', 'is not as Inkstone writes it (expected object, received array)'],
    [
      'of another format',
      (text: string) => text.replace('"format": 1', '"format": 2'),
      'is not as Inkstone writes it (format: another version of Inkstone wrote it)',
    ],
  ])('are refused with one line when the JSON is %s', (_, damage, problem) => {
    saveCheckpoint(folder, 'last', checkpoint(1));
    const file = join(folder, 'last.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, damage(text));
    const message = `${file}: ${problem}; resume from another checkpoint, or start anew without resume`;
    expect(() => loadResumeState(file)).toThrow(new InputError(message));
    expect(message).not.toContain('\n');
  });

  it('are refused when the state that they name is gone', () => {
    saveCheckpoint(folder, 'last', checkpoint(1));
    rmSync(join(folder, 'last.state-1-2.safetensors'));
    expect(() => loadResumeState(join(folder, 'last.json'))).toThrow(
      new CheckpointError(join(folder, 'last.state-1-2.safetensors'), 'no such checkpoint'),
    );
  });

  it('are asked for in vain with one clear line', () => {
    expect(() => resumePath('last', folder)).toThrow(/last\.json: there is no checkpoint to resume/);
    expect(() => loadResumeState(resumePath('nowhere.safetensors', folder))).toThrow(
      'nowhere.json: no such checkpoint',
    );
  });
});

describe('RunFolder', () => {
  const run = () => join(folder, 'sroie');

  it('keeps the earlier run of the same name', () => {
    const first = RunFolder.open(run(), false);
    first.write('config.yaml', 'first');
    first.release();
    const second = RunFolder.open(run(), false);
    expect(second.movedTo).toBe(`${run()}.1`);
    expect(readFileSync(join(`${run()}.1`, 'config.yaml'), 'utf8')).toBe('first');
    expect(readdirSync(second.checkpoints)).toEqual([]);
  });

  it('goes on in place when it resumes', () => {
    RunFolder.open(run(), false).write('config.yaml', 'first');
    expect(RunFolder.open(run(), true).movedTo).toBeUndefined();
    expect(readFileSync(join(run(), 'config.yaml'), 'utf8')).toBe('first');
  });

  it('leaves a folder alone that no run made', () => {
    mkdirSync(run());
    writeFileSync(join(run(), 'thesis.tex'), '');
    expect(() => RunFolder.open(run(), false)).toThrow(/is no run folder but has files in it/);
  });

  it.each(['', '{"pid":', '[]', '{"pid": "1"}', '{"pid": -1, "host": "x"}'])(
    'takes a folder whose lock says nothing: %s',
    (text) => {
      RunFolder.open(run(), false);
      writeFileSync(join(run(), '.running.json'), text);
      expect(RunFolder.open(run(), true).path).toBe(run());
    },
  );

  it('leaves a run alone that another process is at', () => {
    const parent = process.ppid;
    RunFolder.open(run(), false);
    const lock = join(run(), '.running.json');
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(String(process.pid), String(parent)));
    expect(() => RunFolder.open(run(), false)).toThrow(`is in use by process ${parent}`);
  });
});
