import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TensorBoardLogger } from './tensorboard.js';
import { type ReadEvent, readEvents } from './tensorboard.testing.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-tensorboard-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const START = 1_700_000_000;

function written(write: (logger: TensorBoardLogger) => void): ReadEvent[] {
  const logger = new TensorBoardLogger(folder, () => START * 1000 + 250);
  write(logger);
  logger.close();
  const [name, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(name).toMatch(/^events\.out\.tfevents\.1700000000\./);
  return readEvents(readFileSync(join(folder, name!)));
}

describe('an event file', () => {
  it('holds, record by record, what was logged', () => {
    const png = Buffer.from([1, 2, 3, 255]);
    const events = written((logger) => {
      logger.logMetrics(300, { 'train/loss': 0.5, 'val/hmean': 0 });
      logger.logImage(300, 'val/überlagert', { png, width: 2, height: 70_000 });
      logger.rewind(200);
      logger.logMetrics(200, { 'train/loss': Number.NaN, 'train/gradient_norm': Number.POSITIVE_INFINITY });
    });
    const at = { wallTime: START + 0.25 };
    const image = { tag: 'val/überlagert', height: 70_000, width: 2, channels: 3, bytes: png };
    expect(events).toEqual([
      { ...at, step: 0, version: 'brain.Event:2' },
      {
        ...at,
        step: 300,
        scalars: [
          ['train/loss', 0.5],
          ['val/hmean', 0],
        ],
      },
      { ...at, step: 300, images: [image] },
      { ...at, step: 200, session: 1 },
      {
        ...at,
        step: 200,
        scalars: [
          ['train/loss', Number.NaN],
          ['train/gradient_norm', Number.POSITIVE_INFINITY],
        ],
      },
    ]);
  });

  it('holds any figure as float32, at any step', () => {
    const names = fc.stringMatching(/^[a-z]{1,9}\/\S{1,40}$/u);
    const metrics = fc.dictionary(names, fc.double(), { minKeys: 1, maxKeys: 30, noNullPrototype: true });
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 40 }), metrics), { maxLength: 5 });
    fc.assert(
      fc.property(rows, (all) => {
        rmSync(folder, { recursive: true });
        const [, ...events] = written((logger) => {
          for (const [step, row] of all) logger.logMetrics(step, row);
        });
        const rounded = (row: Record<string, number>) =>
          Object.entries(row).map(([name, value]) => [name, Math.fround(value)]);
        expect(events.map(({ step, scalars }) => [step, scalars])).toEqual(
          all.map(([step, row]) => [step, rounded(row)]),
        );
      }),
      { numRuns: 50 },
    );
  });
});
