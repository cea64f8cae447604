/** Programs that run trainings and judge them: precision validation, numerics, the benchmark. */
export * from './benchmark/index.js';
export * from './numerics/index.js';
export * from './precision-validation/index.js';
export type { Table } from './table.js';
export { type TuneOptions, type Tuning, tunePostprocess } from './tuning/tune.js';
