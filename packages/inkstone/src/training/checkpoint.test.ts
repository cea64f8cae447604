import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointError, type StateDict } from '../nn/index.js';
import { decodeSafetensors, encodeSafetensors } from '../nn/safetensors.js';
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
    [
      'tensors that lie over one another',
      (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('[8,12]', '[0,4] '), 'latin1'),
      /tensor b overlaps another/,
    ],
    ['a picture', (_: Buffer) => Buffer.from('\x89PNG\r\n\x1a\n and more'), /no safetensors file/],
    [
      'a header of many tensors that are empty',
      () => {
        const entries = Array.from(
          { length: 250_000 },
          (_, i) => `"${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`,
        );
        const header = Buffer.from(`{${entries.join()}}`);
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(header.length));
        return Buffer.concat([length, header]);
      },
      /its header does not fit/,
    ],
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
  data: { train: 3 },
  config: { seed: 7 },
});

describe('checkpoints', () => {
  it('come back whole, and the older state goes', () => {
    saveCheckpoint(folder, 'last', checkpoint(1));
    saveCheckpoint(folder, 'last', checkpoint(2));
    expect(loadResumeState(resumePath('last', folder))).toEqual({
      run: checkpoint(2).run,
      state: checkpoint(2).state,
      model: checkpoint(2).model,
      data: checkpoint(2).data,
    });
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it('are refused with the state of another run, although that is whole', () => {
    const other = { ...checkpoint(1), state: checkpoint(2).state };
    saveCheckpoint(folder, 'last', other);
    const stateFile = readdirSync(folder).find((name) => name.includes('state')) as string;
    const state = readFileSync(join(folder, stateFile));
    saveCheckpoint(folder, 'last', checkpoint(1));
    writeFileSync(join(folder, stateFile), state);
    expect(() => loadResumeState(join(folder, 'last.json'))).toThrow(
      /is not the state that .*last\.json was saved with/,
    );
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

  it('of an older Inkstone, which name no optimiser and carry no checksum, are read', () => {
    saveCheckpoint(folder, 'last', checkpoint(1));
    const file = join(folder, 'last.json');
    const text = readFileSync(file, 'utf8').replace(/"sha256": "\w+",/, '');
    writeFileSync(file, text.replace('"optimizer": "adam",', ''));
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
    const message = `${file}: ${problem}; go on from the other checkpoint (resume=last, resume=best), or train anew`;
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
    expect(() => resumePath('last', folder)).toThrow(/last\.json: there is no checkpoint to go on from/);
    expect(() => loadResumeState(join(folder, 'nowhere.json'))).toThrow('nowhere.json: no such checkpoint');
  });

  it('go on in their own run only', () => {
    saveCheckpoint(folder, 'last', checkpoint(1));
    const own = [
      join(folder, 'last'),
      join(folder, 'last.json'),
      join(folder, '.', 'last.safetensors'),
      'last',
    ];
    for (const name of own) expect(resumePath(name, folder)).toBe(join(folder, 'last.json'));
    expect(() => resumePath(join(folder, 'last'), join(folder, 'other', 'checkpoints'))).toThrow(
      /last\.json: belongs to another run than .*; to start a new run from its weights, set init_from=.*last\.safetensors/,
    );
  });

  it('are refused, naming the tensor, when training had diverged', () => {
    for (const [name, value] of Object.entries({ NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY })) {
      const state: StateDict = new Map([...checkpoint(1).state, ['optimizer.w.exp_avg', tensor(1, value)]]);
      saveCheckpoint(folder, 'last', { ...checkpoint(1), state });
      expect(() => loadResumeState(join(folder, 'last.json'))).toThrow(
        `last.state-1-2.safetensors: tensor optimizer.w.exp_avg holds ${name}: training had diverged when it was saved`,
      );
    }
  });

  it('leave a user alone who names files nearly as they do', () => {
    const mine = ['last.state-mine.safetensors', 'last.state-1-2.safetensors.bak', 'best of all.json'];
    for (const name of mine) writeFileSync(join(folder, name), 'mine');
    saveCheckpoint(folder, 'last', checkpoint(1));
    saveCheckpoint(folder, 'last', checkpoint(2));
    for (const name of mine) expect(readFileSync(join(folder, name), 'utf8')).toBe('mine');
  });

  describe('damaged', () => {
    const JSON_FILE = 'last.json';
    const STATE = 'last.state-1-2.safetensors';
    const edit = (name: string, change: (text: string) => string) => {
      const file = join(folder, name);
      writeFileSync(file, change(readFileSync(file, 'latin1')), 'latin1');
    };
    const replaceBy = (name: string, make: (file: string) => void) => {
      rmSync(join(folder, name), { recursive: true });
      make(join(folder, name));
    };
    const header = (change: (header: Record<string, unknown>) => unknown) => {
      const bytes = readFileSync(join(folder, STATE));
      const end = 8 + Number(bytes.readBigUInt64LE());
      const text = Buffer.from(JSON.stringify(change(JSON.parse(bytes.toString('utf8', 8, end)))));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(text.length));
      writeFileSync(join(folder, STATE), Buffer.concat([length, text, bytes.subarray(end)]));
    };
    const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };

    it.each<[string, string, () => void]>([
      ['is empty', JSON_FILE, () => edit(JSON_FILE, () => '')],
      ['is cut off', JSON_FILE, () => edit(JSON_FILE, (text) => text.slice(0, 80))],
      ['is all zeros', JSON_FILE, () => edit(JSON_FILE, (text) => '\0'.repeat(text.length))],
      ['is null', JSON_FILE, () => edit(JSON_FILE, () => 'null')],
      ['is a list', JSON_FILE, () => edit(JSON_FILE, () => '[]')],
      ['is twice there', JSON_FILE, () => edit(JSON_FILE, (text) => text + text)],
      ['is a folder', JSON_FILE, () => replaceBy(JSON_FILE, (file) => mkdirSync(file))],
      ['is a pipe', JSON_FILE, () => replaceBy(JSON_FILE, (file) => execFileSync('mkfifo', [file]))],
      [
        'has another step',
        JSON_FILE,
        () => edit(JSON_FILE, (text) => text.replace('"step": 1', '"step": 3')),
      ],
      [
        'has a step beyond all',
        JSON_FILE,
        () => edit(JSON_FILE, (text) => text.replace('"step": 1', '"step": 1e400')),
      ],
      [
        'has half a step',
        JSON_FILE,
        () => edit(JSON_FILE, (text) => text.replace('"step": 1', '"step": 0.5')),
      ],
      [
        'has no callbacks',
        JSON_FILE,
        () => edit(JSON_FILE, (text) => text.replace('"callbacks": {}', '"callbacks": 7')),
      ],
      [
        'names a state elsewhere',
        JSON_FILE,
        () => edit(JSON_FILE, (text) => text.replace(STATE, `../other/${STATE}`)),
      ],
      ['is gone', STATE, () => rmSync(join(folder, STATE))],
      ['is empty', STATE, () => edit(STATE, () => '')],
      ['is cut off', STATE, () => edit(STATE, (text) => text.slice(0, -2))],
      ['is all zeros', STATE, () => edit(STATE, (text) => '\0'.repeat(text.length))],
      ['is a folder', STATE, () => replaceBy(STATE, (file) => mkdirSync(file))],
      ['is a pipe', STATE, () => replaceBy(STATE, (file) => execFileSync('mkfifo', [file]))],
      ['has a flipped bit', STATE, () => edit(STATE, (text) => `${text.slice(0, -1)}\x42`)],
      ['has a header of null', STATE, () => header(() => null)],
      ['has a header of numbers', STATE, () => header(() => [1, 2])],
      ['has metadata that are none', STATE, () => header((all) => ({ ...all, __metadata__: 'x' }))],
      [
        'has a tensor that ends before it begins',
        STATE,
        () =>
          header(() => ({
            w: { ...entry, shape: [0], data_offsets: [4, 4] },
            v: { ...entry, data_offsets: [4, 0] },
          })),
      ],
      [
        'has a tensor larger than the world',
        STATE,
        () => header(() => ({ w: { ...entry, shape: [1e9, 1e9, 1e9] } })),
      ],
      ['has a tensor without a shape', STATE, () => header(() => ({ w: { dtype: 'F32' } }))],
    ])('%s: %s is named in one line that says so', (_, name, damage) => {
      saveCheckpoint(folder, 'last', checkpoint(1));
      damage();
      let message = '';
      try {
        loadResumeState(join(folder, JSON_FILE));
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        ({ message } = error as Error);
      }
      expect(message).toMatch(new RegExp(`^${join(folder, name)}: [^\n]+$`));
      expect(message).not.toMatch(/TypeError|undefined \(|Cannot read|Unexpected token|EISDIR/);
    });

    it('by any one bit, anywhere in its files, is never taken for sound', () => {
      const place = fc.tuple(
        fc.constantFrom(JSON_FILE, STATE),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        fc.nat(7),
      );
      fc.assert(
        fc.property(place, ([name, share, bit]) => {
          saveCheckpoint(folder, 'last', checkpoint(1));
          const bytes = readFileSync(join(folder, name));
          const at = Math.floor(share * bytes.length);
          bytes[at]! ^= 1 << bit;
          writeFileSync(join(folder, name), bytes);
          let found: unknown;
          try {
            found = loadResumeState(join(folder, JSON_FILE));
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            return;
          }
          // A bit in the checksum's own name takes the checksum away, and nothing else.
          expect(found).toEqual({
            run: checkpoint(1).run,
            state: checkpoint(1).state,
            model: checkpoint(1).model,
            data: checkpoint(1).data,
          });
        }),
        { numRuns: 300 },
      );
    });
  });
});
