/** Mixed precision: storage types, loss scaling, and precision as one object. Knows nothing of text. */
export { ExponentHistogram, type ExponentRange, type Fit } from './exponents.js';
export type { GradScalerOptions, GradScalerState } from './grad-scaler.js';
export { LossScaleError } from './loss-scale-error.js';
export {
  arithmeticSchema,
  createPrecision,
  decideArithmetic,
  type GradientClip,
  PRECISION_NAMES,
  Precision,
  type PrecisionName,
  type PrecisionOptions,
  precisionSchema,
  precisionStateSchema,
  type StepOptions,
} from './precision.js';
export type { GradientReport, Losses, StepReport } from './step-report.js';
