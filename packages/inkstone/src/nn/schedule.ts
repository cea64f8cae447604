/** Learning-rate schedules: pure functions from a step (0 is the first update) to a factor of the base rate. */
import { z } from 'zod';
import { choiceSchema, createChoice } from '../config/index.js';

export type Schedule = (step: number) => number;

const warmUp = z.object({
  warmup_steps: z
    .int()
    .min(0)
    .default(200)
    .describe('Updates over which the learning rate rises to its highest; 0 with one_cycle: 0.3 of all.'),
});

type WarmUp = z.output<typeof warmUp>;

const constant = {
  name: 'constant',
  schema: warmUp,
  create: ({ warmup_steps }: WarmUp): Schedule => withWarmUp(warmup_steps, () => 1),
} as const;

/** Half a cosine from 1 down to `final_factor` at the last step, arXiv:1608.03983. */
const cosine = {
  name: 'cosine',
  schema: warmUp.extend({
    final_factor: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('Learning rate at the end, as a share of the highest.'),
  }),
  create: (
    { warmup_steps, final_factor: final }: WarmUp & { final_factor: number },
    steps: number,
  ): Schedule =>
    withWarmUp(
      warmup_steps,
      (step) => final + (1 - final) * (0.5 + 0.5 * Math.cos(Math.PI * progress(step, steps))),
    ),
} as const;

/** (1 − step / steps)^power, the schedule of the DBNet paper. */
const polynomial = {
  name: 'polynomial',
  schema: warmUp.extend({
    power: z.number().positive().default(0.9).describe('Exponent of the fall; 1 is a straight line.'),
  }),
  create: ({ warmup_steps, power }: WarmUp & { power: number }, steps: number): Schedule =>
    withWarmUp(warmup_steps, (step) => (1 - progress(step, steps)) ** power),
} as const;

/** PyTorch's defaults of `OneCycleLR`: the share of the steps that rise, base rate over start, start over end. */
const ONE_CYCLE_RISE = 0.3;
const ONE_CYCLE_START = 25;
const ONE_CYCLE_END = 1e4;

/** Cosine up to the base rate and cosine down to almost nothing, arXiv:1708.07120. Its rise is the warm-up. */
const oneCycle = {
  name: 'one_cycle',
  schema: warmUp,
  create: ({ warmup_steps }: WarmUp, steps: number): Schedule => {
    const share = warmup_steps === 0 ? ONE_CYCLE_RISE : Math.min(1, warmup_steps / steps);
    const peak = share * steps - 1;
    const start = 1 / ONE_CYCLE_START;
    const anneal = (from: number, to: number, part: number): number =>
      to + (from - to) * (0.5 + 0.5 * Math.cos(Math.PI * part));
    return (step) =>
      step <= peak
        ? anneal(start, 1, peak > 0 ? step / peak : 1)
        : anneal(1, start / ONE_CYCLE_END, Math.min(1, (step - peak) / (steps - 1 - peak)));
  },
} as const;

/** The schedules that `schedule.name` chooses among, the default first. A new one is a record above and its name here. */
const SCHEDULES = [cosine, constant, polynomial, oneCycle] as const;

export const scheduleSchema = choiceSchema(SCHEDULES);

/** @param steps updates in the whole run */
export function createSchedule(config: z.output<typeof scheduleSchema>, steps: number): Schedule {
  return createChoice<[number], Schedule>(SCHEDULES, config, steps);
}

/** Rises linearly over the first `warmUpSteps` steps, then follows `schedule`, which keeps counting from 0. */
export function withWarmUp(warmUpSteps: number, schedule: Schedule): Schedule {
  return (step) => schedule(step) * Math.min(1, (step + 1) / (warmUpSteps + 1));
}

function progress(step: number, steps: number): number {
  return steps <= 0 ? 1 : Math.min(1, step / steps);
}
