/** Learning-rate schedules: pure functions from a step (0 is the first update) to a factor of the base rate. */
export type Schedule = (step: number) => number;

export const constantSchedule = (): Schedule => () => 1;

/** Half a cosine from 1 down to `final` at `totalSteps`, arXiv:1608.03983. */
export function cosineSchedule(totalSteps: number, final = 0): Schedule {
  return (step) => final + (1 - final) * (0.5 + 0.5 * Math.cos(Math.PI * progress(step, totalSteps)));
}

/** (1 − step / totalSteps)^power, the schedule of the DBNet paper (power 0.9). */
export function polynomialSchedule(totalSteps: number, power = 0.9): Schedule {
  return (step) => (1 - progress(step, totalSteps)) ** power;
}

export interface OneCycleOptions {
  /** Share of the steps that rise. Default 0.3. */
  readonly warmUpShare?: number;
  /** The base rate divided by this is where it starts. Default 25. */
  readonly startDivisor?: number;
  /** The start divided by this is where it ends. Default 1e4. */
  readonly finalDivisor?: number;
}

/** Cosine up to the base rate and cosine down to almost nothing, arXiv:1708.07120, with PyTorch's defaults. */
export function oneCycleSchedule(
  totalSteps: number,
  { warmUpShare = 0.3, startDivisor = 25, finalDivisor = 1e4 }: OneCycleOptions = {},
): Schedule {
  const peak = warmUpShare * totalSteps - 1;
  const start = 1 / startDivisor;
  const anneal = (from: number, to: number, share: number): number =>
    to + (from - to) * (0.5 + 0.5 * Math.cos(Math.PI * share));
  return (step) =>
    step <= peak
      ? anneal(start, 1, peak > 0 ? step / peak : 1)
      : anneal(1, start / finalDivisor, Math.min(1, (step - peak) / (totalSteps - 1 - peak)));
}

/** Rises linearly over the first `warmUpSteps` steps, then follows `schedule`, which keeps counting from 0. */
export function withWarmUp(warmUpSteps: number, schedule: Schedule): Schedule {
  return (step) => schedule(step) * Math.min(1, (step + 1) / (warmUpSteps + 1));
}

function progress(step: number, totalSteps: number): number {
  return totalSteps <= 0 ? 1 : Math.min(1, step / totalSteps);
}
