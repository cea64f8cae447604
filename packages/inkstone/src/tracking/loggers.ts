/** The loggers that `logger.NAME` switches on. A new one is a file and a line here. */
import { z } from 'zod';
import { console } from './console.js';
import { jsonl } from './jsonl.js';
import type { Logger, LoggerContext } from './logger.js';
import { tensorboard } from './tensorboard.js';

const LOGGERS = [console, jsonl, tensorboard] as const;

type Name = (typeof LOGGERS)[number]['name'];

export const loggerSchema = z.strictObject(
  Object.fromEntries(LOGGERS.map(({ name, schema }) => [name, schema])) as Record<
    Name,
    z.ZodDefault<z.ZodBoolean>
  >,
);

/** The loggers that are switched on. */
export function createLoggers(config: Readonly<Record<Name, boolean>>, context: LoggerContext): Logger[] {
  return LOGGERS.filter(({ name }) => config[name]).map(({ create }) => create(context));
}
