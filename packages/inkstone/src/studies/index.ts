/** Programs that run trainings and judge them: precision validation, numerics, before and after, the benchmark; and what a data set is worth before. */
export * from './before-after/index.js';
export * from './benchmark/index.js';
export * from './doctor/index.js';
export * from './inspection/index.js';
export * from './numerics/index.js';
export * from './precision-validation/index.js';
export { markdownTable, type Table } from './table.js';
export { type TuneOptions, type Tuning, tunePostprocess } from './tuning/tune.js';
