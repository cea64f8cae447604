import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../system/index.js';
import { AppendFile, bytesBefore } from './append-file.js';
import type { Logger, LoggerRecord, Metrics } from './logger.js';

/**
 * `metrics.csv` for spreadsheets: a line a logged step, a column a metric. A metric that is met for the first time adds a column
 * at the right; the file is written anew then, and earlier lines have nothing in it.
 */
export class CsvLogger implements Logger {
  #file: AppendFile;
  #columns: string[];

  constructor(folder: string) {
    const path = join(folder, 'metrics.csv');
    const [first = '', ...others] = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
    this.#columns = others.length > 0 ? cellsOf(first) : [];
    this.#file = new AppendFile(path);
  }

  logMetrics(step: number, metrics: Metrics): void {
    const values = new Map(Object.entries({ [STEP]: step, ...metrics }));
    const added = [...values.keys()].filter((name) => !this.#columns.includes(name));
    if (added.length > 0) this.#widen(added);
    this.#file.append(Buffer.from(line(this.#columns.map((name) => String(values.get(name) ?? '')))));
  }

  rewind(step: number): void {
    const stepOf = (text: string, number: number): number | undefined => {
      // The names of the columns are always kept.
      if (number === 1) return Number.NEGATIVE_INFINITY;
      const step = /^\d+(?=,|$)/.exec(text);
      return step === null ? undefined : Number(step[0]);
    };
    this.#file.truncate(bytesBefore(this.#file.file, step, stepOf));
  }

  close(): void {
    this.#file.close();
  }

  #widen(added: readonly string[]): void {
    const path = this.#file.file;
    const columns = [...this.#columns, ...added];
    const lines = readFileSync(path, 'utf8').split('\n').slice(1, -1);
    const wider = lines.map((text) => `${text}${','.repeat(added.length)}\n`).join('');
    writeAtomically(path, line(columns) + wider);
    const wide = new AppendFile(path);
    this.#file.close();
    this.#file = wide;
    this.#columns = columns;
  }
}

export const csv = {
  name: 'csv',
  schema: z
    .boolean()
    .default(false)
    .describe('Writes metrics.csv, a line a logged step and a column a metric.'),
  create: ({ folder }) => new CsvLogger(folder),
} as const satisfies LoggerRecord;

const STEP = 'step';

/** RFC 4180. Names of metrics are quoted where they must be; numbers never need it. */
const line = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\n`;

const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

const cellsOf = (text: string): string[] =>
  [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, inQuotes, plain]) => inQuotes?.replaceAll('""', '"') ?? plain ?? '',
  );
