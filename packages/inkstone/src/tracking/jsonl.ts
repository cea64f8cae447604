import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../system/index.js';
import { AppendFile, bytesBefore } from './append-file.js';
import { isSystemMetric, type Logger, type LoggerRecord, type Metrics } from './logger.js';

export const METRICS_FILE = 'metrics.jsonl';
export const SYSTEM_FILE = 'system.jsonl';

/** A line of the file. */
const rowSchema = z.object({ step: z.int().min(0) }).catchall(z.number().nullable());

export type MetricsRow = Readonly<z.output<typeof rowSchema>>;

/**
 * `metrics.jsonl`: one object a logged step, `{"step": 10, "train/loss": 1.23, …}`; two runs with the same seed write
 * the same bytes. Times, memory and cache figures go to `system.jsonl` beside it in the same form.
 */
export class JsonlLogger implements Logger {
  readonly #metrics: AppendFile;
  readonly #system: AppendFile;

  constructor(folder: string) {
    this.#metrics = new AppendFile(join(folder, METRICS_FILE));
    this.#system = new AppendFile(join(folder, SYSTEM_FILE));
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
    const files = [this.#metrics, this.#system];
    const sizes = files.map(({ file }) => bytesBefore(file, step, (line) => parseRow(line)?.step));
    // Only now: a file that cannot be read leaves both as they are.
    for (const [index, file] of files.entries()) file.truncate(sizes[index]!);
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

/** Undefined for a line that no logger wrote. */
export function parseRow(line: string): MetricsRow | undefined {
  try {
    return rowSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/**
 * The rows of a `metrics.jsonl` or `system.jsonl`, none when there is no file. A last line that was cut off is left out.
 *
 * @throws InputError naming file and line
 */
export function readMetrics(file: string): MetricsRow[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const advice = 'move the file away, or train the run again';
  return lines.map((line, index) => parseJson(line, rowSchema, `${file}:${index + 1}`, advice));
}
