/**
 * Inkstone: train a text detector, and use it. This is what runs from a configuration; the parts have entries of their own:
 * `inkstone/cache`, `inkstone/data`, `inkstone/detection`, `inkstone/metrics`, `inkstone/nn`, `inkstone/tensor`, …
 */
export { ConfigError } from './config/index.js';
export {
  type CacheProfile,
  type CacheValidation,
  type ExportedModel,
  type ExportOptions,
  exportOnnx,
  findImages,
  type ImagePrediction,
  type LoadedConfig,
  type LoadedModel,
  loadCheckpointConfig,
  loadModel,
  loadRunConfig,
  openDetector,
  predictImage,
  predictImages,
  profileCache,
  type RunConfig,
  runConfigSchema,
  type Summary,
  type TestResult,
  type TrainOptions,
  type TrainResult,
  testCheckpoint,
  train,
  validateCache,
  type WarmResult,
  warmCache,
} from './runs/index.js';
export {
  type ComparisonOptions,
  compareEngines,
  type EngineResult,
  examineNumerics,
  type Numerics,
  type Plan,
  planValidation,
  type Report,
  type ValidateOptions,
  type ValidationRequest,
  type Verdict,
  validatePrecision,
} from './studies/index.js';
export { InkstoneError, InputError } from './system/index.js';
export { type Backend, setBackend } from './tensor/index.js';
export { Terminal } from './tracking/index.js';
export type { Outcome } from './training/index.js';
