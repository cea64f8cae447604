/** The callbacks that `callbacks.NAME` switches on, in the order in which a run calls them. A new one is a line here. */
import { z } from 'zod';
import type { Callback } from '../callback.js';
import { checkpoint } from './checkpoint.js';
import { earlyStopping } from './early-stopping.js';
import { gradientMonitor } from './gradient-monitor.js';
import { learningRate } from './learning-rate.js';
import { profilerSchema } from './profiler.js';
import { progress } from './progress.js';

/** The checkpoint comes last, so that it saves what the others have become. */
const CALLBACKS = [progress, learningRate, gradientMonitor, earlyStopping, checkpoint] as const;

type Record = (typeof CALLBACKS)[number];
type Switch<Schema extends z.ZodType> = z.ZodDefault<z.ZodNullable<Schema>>;

/** A callback that is off is null (`callbacks.early_stopping=null`, or `~callbacks.early_stopping`). */
export function switchOf<Schema extends z.ZodType>(schema: Schema): Switch<Schema> {
  return schema
    .nullable()
    .default(null)
    .describe(`${schema.description ?? ''} null: off.`);
}

const shape = Object.fromEntries(
  CALLBACKS.map(({ name, schema }) => [name, switchOf(schema)]),
) as unknown as { [R in Record as R['name']]: Switch<R['schema']> };

/** What `callbacks.*` may hold. The profiler is no switch: it always measures, and its key says whether it logs. */
export const callbacksSchema = z.strictObject({
  ...shape,
  profiler: switchOf(profilerSchema),
});

export type CallbacksConfig = z.output<typeof callbacksSchema>;

/** The callbacks that are switched on. */
export function createCallbacks(config: CallbacksConfig): Callback[] {
  return CALLBACKS.flatMap(({ name, create }) => {
    const options = config[name];
    // The options are this record's own, which TypeScript cannot see through the union of records.
    return options === null ? [] : [(create as (options: unknown) => Callback)(options)];
  });
}
