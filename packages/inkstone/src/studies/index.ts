/** Programs that run trainings and judge them: precision validation, numerics, the benchmark. */

export { type ComparisonOptions, compareEngines, type EngineResult } from './benchmark/comparison.js';
export {
  examineNumerics,
  type LayerNumerics,
  type Numbers,
  type Numerics,
} from './numerics/index.js';
export {
  costTable,
  measuresTable,
  type Plan,
  planValidation,
  type Report,
  RunInterrupted,
  runsTable,
  type Table,
  type ValidateOptions,
  type ValidationRequest,
  type Verdict,
  validatePrecision,
} from './precision-validation/index.js';
