import { mean } from '../system/index.js';
import type { Metrics } from '../tracking/index.js';

/** The same figures under a stage's names: `prefixed('val/', { hmean })` has `val/hmean`. */
export function prefixed(prefix: string, figures: Metrics): Metrics {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [prefix + name, value]));
}

/** Mean of each figure over the rows, which all have the same names. */
export function averages(rows: readonly Metrics[]): Metrics {
  const names = Object.keys(rows[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, mean(rows.map((row) => row[name] as number))]));
}
