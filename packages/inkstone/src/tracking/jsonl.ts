import { join } from 'node:path';
import { z } from 'zod';
import { AppendFile, bytesOfLines } from './append-file.js';
import { isSystemMetric, type Logger, type LoggerRecord, type Metrics } from './logger.js';

/**
 * `metrics.jsonl`: one object a logged step, `{"step": 10, "train/loss": 1.23, …}`; two runs with the same seed write
 * the same bytes. Times, memory and cache figures go to `system.jsonl` beside it in the same form.
 */
export class JsonlLogger implements Logger {
  readonly #metrics: AppendFile;
  readonly #system: AppendFile;

  constructor(folder: string) {
    this.#metrics = new AppendFile(join(folder, 'metrics.jsonl'));
    this.#system = new AppendFile(join(folder, 'system.jsonl'));
  }

  logMetrics(step: number, metrics: Metrics): void {
    const entries = Object.entries(metrics);
    append(
      this.#metrics,
      step,
      entries.filter(([name]) => !isSystemMetric(name)),
    );
    append(
      this.#system,
      step,
      entries.filter(([name]) => isSystemMetric(name)),
    );
  }

  rewind(step: number): void {
    for (const file of [this.#metrics, this.#system]) {
      file.truncate(bytesOfLines(file.file, (line) => stepOf(line) < step));
    }
  }

  close(): void {
    this.#metrics.close();
    this.#system.close();
  }
}

export const jsonl = {
  name: 'jsonl',
  schema: z
    .boolean()
    .default(true)
    .describe('Writes metrics.jsonl and system.jsonl, one object a logged step.'),
  create: ({ folder }) => new JsonlLogger(folder),
} as const satisfies LoggerRecord;

/** Infinity and NaN have no JSON number and become null. */
function append(file: AppendFile, step: number, entries: readonly [string, number][]): void {
  if (entries.length === 0) return;
  const row = { step, ...Object.fromEntries(entries) };
  file.append(Buffer.from(`${JSON.stringify(row)}\n`));
}

/** Unreadable lines count as later than any step. */
function stepOf(line: string): number {
  try {
    return Number((JSON.parse(line) as { step: unknown }).step);
  } catch {
    return Number.NaN;
  }
}
