import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/receipt-folder.js';
import { lastRow, MetricsTail } from './metrics-tail.js';

const line = (step: number, loss = 1): string => `${JSON.stringify({ step, loss })}\n`;
const steps = (tail: MetricsTail): number[] => tail.read().rows.map(({ step }) => step);

function followed(text: string): { file: string; tail: MetricsTail } {
  const file = join(temporaryFolder(), 'metrics.jsonl');
  writeFileSync(file, text);
  return { file, tail: new MetricsTail(file) };
}

describe('following a file of figures', () => {
  it('reads what is there, then only what is new', () => {
    const { file, tail } = followed(line(1) + line(2));
    expect(tail.read()).toEqual({
      isNew: false,
      rows: [
        { step: 1, loss: 1 },
        { step: 2, loss: 1 },
      ],
    });
    expect(steps(tail)).toEqual([]);
    appendFileSync(file, line(3));
    expect(steps(tail)).toEqual([3]);
  });

  it('waits for a file that is not there yet', () => {
    const file = join(temporaryFolder(), 'metrics.jsonl');
    const tail = new MetricsTail(file);
    expect(tail.read()).toEqual({ isNew: false, rows: [] });
    writeFileSync(file, line(1));
    expect(tail.read()).toEqual({ isNew: false, rows: [{ step: 1, loss: 1 }] });
  });

  it('waits for the rest of a line, wherever it was cut', () => {
    const text = `${line(1)}{"step":2,"größe":2}\n`;
    const bytes = Buffer.from(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { file, tail } = followed('');
      writeFileSync(file, bytes.subarray(0, cut));
      const before = tail.read().rows;
      appendFileSync(file, bytes.subarray(cut));
      expect([...before, ...tail.read().rows]).toEqual([
        { step: 1, loss: 1 },
        { step: 2, größe: 2 },
      ]);
    }
  });

  it('begins anew when the file was cut, as a run does that goes on', () => {
    const { file, tail } = followed(line(1) + line(2) + line(3));
    tail.read();
    truncateSync(file, line(1).length);
    expect(tail.read()).toEqual({ isNew: true, rows: [{ step: 1, loss: 1 }] });
  });

  it('begins anew when the file was cut and has grown again in the meantime', () => {
    const { file, tail } = followed(line(1) + line(2) + line(3));
    tail.read();
    truncateSync(file, line(1).length);
    appendFileSync(file, line(2, 7) + line(3, 7) + line(4, 7));
    const { isNew, rows } = tail.read();
    expect([isNew, rows.map(({ step, loss }) => [step, loss])]).toEqual([
      true,
      [
        [1, 1],
        [2, 7],
        [3, 7],
        [4, 7],
      ],
    ]);
  });

  it('begins anew when another file has taken the place, and forgets one that is gone', () => {
    const { file, tail } = followed(line(1) + line(2));
    tail.read();
    rmSync(file);
    expect(tail.read()).toEqual({ isNew: true, rows: [] });
    expect(tail.read()).toEqual({ isNew: false, rows: [] });
    writeFileSync(file, line(5));
    expect(steps(tail)).toEqual([5]);
  });

  it('leaves out lines that are no rows', () => {
    const { tail } = followed(`${line(1)}rubbish\n[]\n{"step":"2"}\n${line(3)}`);
    expect(steps(tail)).toEqual([1, 3]);
  });
});

describe('the last row', () => {
  it('is the last whole one', () => {
    const { file } = followed('');
    expect(lastRow(file)).toBeUndefined();
    appendFileSync(file, line(1) + line(2));
    expect(lastRow(file)?.step).toBe(2);
    appendFileSync(file, '{"step":3');
    expect(lastRow(file)?.step).toBe(2);
    appendFileSync(file, `}\n${'x'.repeat(20_000)}`);
    expect(lastRow(file)?.step).toBe(3);
  });

  it('is not there without a file', () => {
    expect(lastRow(join(temporaryFolder(), 'none'))).toBeUndefined();
  });
});
