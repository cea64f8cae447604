import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CsvLogger } from './csv.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-csv-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const lines = (): string[] => readFileSync(join(folder, 'metrics.csv'), 'utf8').split('\n');

it('has a column for every metric, those met later at the right', () => {
  const csv = new CsvLogger(folder);
  csv.logMetrics(1, { epoch: 0, loss: 0.5 });
  csv.logMetrics(2, { epoch: 0, loss: Number.NaN });
  csv.logMetrics(3, { loss: 1e-7, 'val/hmean, "strict"': 1 });
  csv.close();
  const header = 'step,epoch,loss,"val/hmean, ""strict"""';
  expect(lines()).toEqual([header, '1,0,0.5,', '2,0,NaN,', '3,,1e-7,1', '']);
});

it('goes on after the step of a checkpoint, in the same columns', () => {
  const csv = new CsvLogger(folder);
  for (const step of [1, 2, 3]) csv.logMetrics(step, { loss: step, 'val/"h"': 0 });
  csv.close();
  appendFileSync(join(folder, 'metrics.csv'), '4,0.');
  const resumed = new CsvLogger(folder);
  resumed.rewind(2);
  resumed.logMetrics(2, { loss: 22, 'val/"h"': 1 });
  resumed.logMetrics(3, { 'time/step': 3 });
  resumed.close();
  expect(lines()).toEqual(['step,loss,"val/""h""",time/step', '1,1,0,', '2,22,1,', '3,,,3', '']);
});

it('begins anew where a run goes back to its beginning', () => {
  const csv = new CsvLogger(folder);
  csv.logMetrics(5, { loss: 1 });
  csv.close();
  const resumed = new CsvLogger(folder);
  resumed.rewind(0);
  resumed.logMetrics(1, { loss: 2 });
  resumed.close();
  expect(lines()).toEqual(['step,loss', '1,2', '']);
});

it('cuts nothing off a file that a spreadsheet saved in its own way', () => {
  const theirs = 'step;loss\n1;0,5\n2;0,25\n';
  writeFileSync(join(folder, 'metrics.csv'), theirs);
  const resumed = new CsvLogger(folder);
  expect(() => resumed.rewind(2)).toThrow('metrics.csv:2: no logger wrote this line');
  resumed.close();
  expect(lines().join('\n')).toBe(theirs);
});
