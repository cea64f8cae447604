import { z } from 'zod';
import type { Losses } from './losses.js';
import type { Terminal } from './terminal.js';

/** Values of one step by name, e.g. `train/loss`. Names are `<stage>/<metric>`, as Lightning users know them. */
export type Metrics = Readonly<Record<string, number>>;

/** A figure whose NaN or infinity JSON could only write as null. */
export const figureSchema = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

/** Metrics as JSON has them. */
export const metricsSchema = z.record(z.string(), figureSchema);

/** An encoded picture, e.g. an overlay of predictions. */
export interface LoggedImage {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** How a run ended, or why it writes nothing more. */
export type RunEnd = 'finished' | 'interrupted' | 'failed';

/**
 * Where a run's figures go. A logger may count on the Tracker: every call of `logMetrics` has a greater step than the
 * one before.
 */
export interface Logger {
  /** The composed configuration, once, before anything else. */
  logHyperparameters?(config: unknown): void;
  logMetrics?(step: number, metrics: Metrics): void;
  /** For those who watch: metrics at the moment they are logged, maybe several times a step. */
  showMetrics?(step: number, metrics: Metrics): void;
  logImage?(step: number, name: string, image: LoggedImage): void;
  /** The run continues from a checkpoint: what was logged at `step` or later will be logged again. */
  rewind?(step: number): void;
  close?(end: RunEnd): void | Promise<void>;
}

/** Where loggers write. */
export interface LoggerContext {
  /** The run's folder. */
  readonly folder: string;
  readonly terminal: Terminal;
  /** Where a logger that works behind the run's back says what it could not keep. */
  readonly losses: Losses;
}

/** A logger that `logger.NAME` switches on. */
export interface LoggerRecord {
  readonly name: string;
  readonly schema: z.ZodDefault<z.ZodBoolean>;
  create(context: LoggerContext): Logger;
}

/** A number as JSON has it; one that JSON has not, by the name that trackers know it by. */
export const jsonNumber = (value: number): number | string =>
  Number.isFinite(value) ? value : String(value);

/**
 * Metrics that differ between two equal runs: wall-clock times, memory, cache. They are kept apart, so that
 * everything else can be compared byte for byte.
 */
const SYSTEM_METRIC = /^(time|memory|cache)\//;

export function isSystemMetric(name: string): boolean {
  return SYSTEM_METRIC.test(name);
}
