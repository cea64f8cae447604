import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsoleLogger } from './console.js';
import { crc32c } from './crc32c.js';
import { type Metrics, Terminal, Tracker } from './index.js';
import { JsonlLogger } from './jsonl.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-tracking-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const lines = (name: string): Record<string, unknown>[] =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('Tracker', () => {
  const recorder = () => {
    const rows: [number, Metrics][] = [];
    return {
      rows,
      logMetrics: (step: number, metrics: Metrics) => rows.push([step, metrics]),
      close: () => {},
    };
  };

  it('makes one row of everything logged for a step, validation included', async () => {
    const logger = recorder();
    const tracker = new Tracker([logger]);
    tracker.log(1, { 'train/loss': 3 });
    tracker.log(1, { 'val/hmean': 0.5 });
    tracker.log(2, { 'train/loss': 2 });
    await tracker.close('finished');
    expect(logger.rows).toEqual([
      [1, { 'train/loss': 3, 'val/hmean': 0.5 }],
      [2, { 'train/loss': 2 }],
    ]);
  });

  it('hands on strictly increasing steps whatever is logged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20)), async (increments) => {
        const logger = recorder();
        const tracker = new Tracker([logger]);
        let step = 0;
        for (const increment of increments) {
          step += increment % 3;
          tracker.log(step, { loss: step });
        }
        await tracker.close('finished');
        const steps = logger.rows.map((row) => row[0]);
        expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
      }),
    );
  });

  it('refuses a step that goes backwards', () => {
    const tracker = new Tracker([]);
    tracker.log(5, { a: 1 });
    expect(() => tracker.log(4, { a: 1 })).toThrow(/step 4 logged after step 5/);
  });

  it('ends every logger, also when one cannot write the last row', async () => {
    const ended: string[] = [];
    const full = {
      logMetrics: () => {
        throw new Error('no space left');
      },
    };
    const tracker = new Tracker([full, { close: (end) => void ended.push(end) }]);
    tracker.log(1, { loss: 1 });
    await expect(tracker.close('failed')).rejects.toThrow('no space left');
    expect(ended).toEqual(['failed']);
  });

  it('after a kill writes what an undisturbed run writes', async () => {
    const run = async (name: string, killed: boolean): Promise<string> => {
      const logger = new JsonlLogger(join(folder, name));
      let tracker = new Tracker([logger]);
      tracker.log(1, { loss: 1 });
      tracker.log(2, { loss: 2 });
      if (killed) {
        const saved = tracker.state();
        tracker.log(2, { 'val/hmean': 0.1 });
        tracker.log(3, { loss: 33 });
        tracker.log(4, { loss: 44 });
        appendFileSync(join(folder, name, 'metrics.jsonl'), '{"step": 5, "lo');
        tracker = new Tracker([new JsonlLogger(join(folder, name))]);
        tracker.restore(2, saved);
      }
      tracker.log(2, { 'val/hmean': 0.9 });
      tracker.log(3, { loss: 3, 'time/step_seconds': 1 });
      await tracker.close('finished');
      return readFileSync(join(folder, name, 'metrics.jsonl'), 'utf8');
    };
    for (const name of ['a', 'b']) mkdirSync(join(folder, name));
    expect(await run('a', true)).toBe(await run('b', false));
    expect(lines('a/system.jsonl')).toEqual([{ step: 3, 'time/step_seconds': 1 }]);
  });
});

describe('JsonlLogger', () => {
  it('keeps times, memory and cache apart, and has no invalid numbers', () => {
    const logger = new JsonlLogger(folder);
    logger.logMetrics(7, { 'train/loss': Number.NaN, 'time/step_seconds': 2, 'cache/hit_rate': 0.5 });
    logger.close();
    expect(lines('metrics.jsonl')).toEqual([{ step: 7, 'train/loss': null }]);
    expect(lines('system.jsonl')).toEqual([{ step: 7, 'time/step_seconds': 2, 'cache/hit_rate': 0.5 }]);
  });

  it.each([
    ['an editor put a mark before', (rows: string[]) => [`\uFEFF${rows[0]}`, ...rows.slice(1)], 1],
    ['a damaged line is in', (rows: string[]) => [rows[0], '\0\0\0', ...rows.slice(2)], 2],
  ])('cuts nothing off a file that %s', (_, spoil, number) => {
    const logger = new JsonlLogger(folder);
    for (const step of [1, 2, 3]) logger.logMetrics(step, { 'train/loss': step, 'time/step_seconds': 1 });
    logger.close();
    const [metrics, system] = ['metrics.jsonl', 'system.jsonl'].map((name) => join(folder, name)) as [
      string,
      string,
    ];
    writeFileSync(system, spoil(readFileSync(system, 'utf8').split('\n')).join('\n'));
    const before = [metrics, system].map((file) => readFileSync(file, 'utf8'));
    const resumed = new JsonlLogger(folder);
    expect(() => resumed.rewind(3)).toThrow(
      `${system}:${number}: no logger wrote this line; mend it, or move the file away`,
    );
    resumed.close();
    expect([metrics, system].map((file) => readFileSync(file, 'utf8'))).toEqual(before);
  });
});

describe('CRC-32C', () => {
  it('gives the check value', () => {
    // "123456789" → 0xe3069283, the check value in the catalogue of CRC parameters.
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });
});

describe('ConsoleLogger', () => {
  const shown = (isTTY: boolean) => {
    const written: string[] = [];
    const stream = { isTTY, columns: 20, write: (text: string) => written.push(text) };
    const terminal = new Terminal(stream as unknown as NodeJS.WriteStream);
    return { terminal, written, tracker: new Tracker([new ConsoleLogger(terminal)]) };
  };

  it('prints a line for each evaluation at once, with four digits, and nothing of training or of the machine', () => {
    const { tracker, written } = shown(false);
    tracker.log(10, { epoch: 0, 'train/loss': 1.5, 'time/step_seconds': 0.1 });
    tracker.log(10, { epoch: 0, 'val/hmean': 0.81234, 'val/precision': 0.9, 'memory/rss_bytes': 1e9 });
    tracker.log(20, { 'test/hmean': Number.NaN });
    expect(written).toEqual([
      'step 10  val/hmean 0.8123  val/precision 0.9000\n',
      'step 20  test/hmean NaN\n',
    ]);
  });

  it('puts its line above the progress bar, which is cut to the width of the window', () => {
    const { terminal, tracker, written } = shown(true);
    terminal.status('epoch 1/2 ━━━━━━━━━━────────── 5/10');
    tracker.log(10, { 'val/hmean': 0.5 });
    terminal.status('');
    expect(written).toEqual([
      'epoch 1/2 ━━━━━━━━━',
      '\r\x1b[2K',
      'step 10  val/hmean 0.5000\n',
      'epoch 1/2 ━━━━━━━━━',
      '\r\x1b[2K',
    ]);
  });
});
