/** The loggers that `logger.NAME` switches on. A new one is a file and a line here. */
import { z } from 'zod';
import { console } from './console.js';
import { csv } from './csv.js';
import { GuardedLogger } from './guarded.js';
import { jsonl } from './jsonl.js';
import type { Logger, LoggerContext } from './logger.js';
import { Losses } from './losses.js';
import { mlflow } from './mlflow.js';
import { tensorboard } from './tensorboard.js';
import { wandb } from './wandb.js';

/** What a run says and writes of itself. It does not go on without. */
const OWN = [console, jsonl] as const;

/** For other programs. None of them ends a run. */
const TRACKERS = [csv, tensorboard, wandb, mlflow] as const;

type Name = (typeof OWN | typeof TRACKERS)[number]['name'];

export const loggerSchema = z.strictObject(
  Object.fromEntries([...OWN, ...TRACKERS].map(({ name, schema }) => [name, schema])) as Record<
    Name,
    z.ZodDefault<z.ZodBoolean>
  >,
);

/** The loggers that are switched on. */
export function createLoggers(
  config: Readonly<Record<Name, boolean>>,
  place: Omit<LoggerContext, 'losses'>,
): Logger[] {
  const contextOf = (name: Name): LoggerContext => ({ ...place, losses: new Losses(name, place.terminal) });
  const own = OWN.filter(({ name }) => config[name]).map(({ name, create }) => create(contextOf(name)));
  const trackers = TRACKERS.filter(({ name }) => config[name]).map(({ name, create }) => {
    const context = contextOf(name);
    return new GuardedLogger(() => create(context), context.losses);
  });
  return [...own, ...trackers];
}
