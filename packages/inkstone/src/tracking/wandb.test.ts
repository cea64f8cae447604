import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WandbLogger } from './wandb.js';
import { itemsOf, type ReadRecord, readOfflineRun } from './wandb.testing.js';
import { readRecords, WandbLog } from './wandb-log.js';
import { messageOf, numberOf, textOf } from './wire.testing.js';

let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'inkstone-wandb-')), 'receipts');
  mkdirSync(folder);
});

afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

/** The one file there is, where `wandb sync` looks for it. */
function fileOfRun(): string {
  const [name, ...others] = readdirSync(join(folder, 'wandb'));
  expect(others).toEqual([]);
  expect(name).toMatch(/^offline-run-\d{8}_\d{6}-[0-9a-f]{8}$/);
  const id = String(name).slice(-8);
  expect(readdirSync(join(folder, 'wandb', String(name)))).toEqual([`run-${id}.wandb`]);
  return join(folder, 'wandb', String(name), `run-${id}.wandb`);
}

const records = (): ReadRecord[] => readOfflineRun(readFileSync(fileOfRun()));
const kinds = (): string[] => records().map(({ kind }) => kind);
const steps = (): number[] =>
  records()
    .filter(({ kind }) => kind === 'history')
    .map(({ fields }) => numberOf(messageOf(fields, 2), 1));

const START = Date.UTC(2026, 10, 26, 16, 15, 0);

/** Half a second goes by whenever it looks at the clock. */
function logger(seconds = 0): WandbLogger {
  let now = START + seconds * 1000 - 500;
  return new WandbLogger(folder, () => {
    now += 500;
    return now;
  });
}

describe('an offline run', () => {
  it('holds, record by record, what was logged', () => {
    const run = logger();
    run.logHyperparameters({ exp_name: 'receipts', trainer: { max_epochs: 3 }, resume: null });
    run.logMetrics(10, { 'train/loss': 0.5, epoch: 0 });
    run.logMetrics(20, { 'train/loss': Number.NaN, 'val/hmean': 0.9 });
    run.close('finished');
    const read = records();
    expect(read.map(({ num }) => num)).toEqual(read.map((_, index) => index + 1));
    expect(kinds()).toEqual(['run', 'history', 'summary', 'history', 'summary', 'exit', 'final']);
    const [start, first, , second, summary, exit] = read.map(({ fields }) => fields);
    expect(fileOfRun()).toContain(`/run-${textOf(start!, 1)}.wandb`);
    expect([textOf(start!, 3), textOf(start!, 8)]).toEqual(['inkstone', 'receipts']);
    expect(itemsOf(messageOf(start!, 4))).toEqual({
      exp_name: 'receipts',
      trainer: { max_epochs: 3 },
      resume: null,
    });
    expect(numberOf(messageOf(start!, 17), 1)).toBe(START / 1000);
    expect(itemsOf(first!)).toEqual({
      'train/loss': 0.5,
      epoch: 0,
      _step: 10,
      _timestamp: START / 1000 + 0.5,
      _runtime: 0.5,
    });
    expect(itemsOf(second!)).toMatchObject({ 'train/loss': 'NaN', 'val/hmean': 0.9, _step: 20 });
    expect(itemsOf(summary!)).toEqual({ 'train/loss': 'NaN', 'val/hmean': 0.9, _step: 20 });
    expect(numberOf(exit!, 1)).toBe(0);
    expect(steps()).toEqual([10, 20]);
  });

  it('says by its exit code that the run failed', () => {
    const run = logger();
    run.logHyperparameters({});
    run.close('failed');
    expect(numberOf(records().at(-2)!.fields, 1)).toBe(1);
  });

  it.each(['after its end', 'after kill -9', 'with a last record that was cut off'])('goes on %s', (how) => {
    const run = logger();
    run.logHyperparameters({ seed: 1 });
    for (const step of [10, 20, 30, 40]) run.logMetrics(step, { loss: step });
    if (how === 'after its end') run.close('interrupted');
    if (how.startsWith('with')) appendFileSync(fileOfRun(), Buffer.alloc(9, 1));
    const resumed = logger(60);
    resumed.rewind(30);
    resumed.logHyperparameters({ seed: 1, more: true });
    for (const step of [30, 40, 50]) resumed.logMetrics(step, { loss: -step });
    resumed.close('finished');
    expect(steps()).toEqual([10, 20, 30, 40, 50]);
    expect(kinds().filter((kind) => !['history', 'summary'].includes(kind))).toEqual([
      'run',
      'config',
      'exit',
      'final',
    ]);
    const last = records().findLast(({ kind }) => kind === 'history');
    expect(itemsOf(last!.fields)).toMatchObject({ loss: -50, _runtime: expect.closeTo(61, -1) });
    expect(records().map(({ num }) => num)).toEqual(records().map((_, index) => index + 1));
  });
});

describe('the log', () => {
  const length = (count: number): number[] => [
    (count & 0x7f) | 0x80,
    ((count >> 7) & 0x7f) | 0x80,
    count >> 14,
  ];

  /** A `Record` whose `final` holds a field of that many zeros. */
  const recordOf = (bytes: number): Buffer => {
    const inner = Buffer.concat([Buffer.from([0x0a, ...length(bytes)]), Buffer.alloc(bytes)]);
    return Buffer.concat([Buffer.from([0xa2, 0x01, ...length(inner.length)]), inner]);
  };

  it('reads back whatever the lengths, over the ends of blocks', () => {
    const nearABlock = fc.integer({ min: 32_700, max: 32_780 });
    const lengths = fc.array(fc.oneof(fc.nat(40), nearABlock, fc.nat(99_999)), { maxLength: 8 });
    fc.assert(
      fc.property(lengths, (sizes) => {
        const file = join(folder, 'x.wandb');
        rmSync(file, { force: true });
        const log = new WandbLog(file);
        for (const size of sizes) log.append(recordOf(size));
        log.close();
        const read = readOfflineRun(readFileSync(file)).map(({ fields }) => fields.get(1)?.at(0) as Buffer);
        expect(read.map((zeros) => zeros.length)).toEqual(sizes);
        const again = readRecords(file).map(({ data }) => data.length);
        expect(again).toEqual(sizes.map((size) => recordOf(size).length));
      }),
      { numRuns: 30 },
    );
  });

  it.each([5, 6, 7, 8, 9])('reads back a record that begins %i bytes before the end of a block', (left) => {
    const file = join(folder, 'x.wandb');
    const log = new WandbLog(file);
    const [header, pieceHeader] = [7, 7];
    const lengths = [32_768 - left - header - pieceHeader, recordOf(100).length];
    // What stands around the zeros of a record is as long for all that are about a block long.
    const around = recordOf(32_700).length - 32_700;
    log.append(recordOf(lengths[0]! - around));
    log.append(recordOf(100));
    log.close();
    const read = readOfflineRun(readFileSync(file)).map(({ fields }) => fields.get(1)?.at(0) as Buffer);
    expect(read.map((zeros) => zeros.length)).toEqual([lengths[0]! - around, 100]);
    expect(readRecords(file).map(({ data }) => data.length)).toEqual(lengths);
  });

  it('keeps what is before damage', () => {
    const file = join(folder, 'x.wandb');
    const log = new WandbLog(file);
    for (let count = 0; count < 3; count += 1) log.append(recordOf(100));
    log.close();
    const bytes = readFileSync(file);
    bytes[bytes.length - 20] = 1;
    writeFileSync(file, bytes);
    new WandbLog(file).close();
    expect(readOfflineRun(readFileSync(file))).toHaveLength(2);
  });
});
