/** Training runs: configuration, the loop and its callbacks, checkpoints, evaluation and prediction. */
export { buildCallbacks, buildLoggers, buildModel, buildUpdater } from './build.js';
export {
  type CacheProfile,
  type CacheValidation,
  profileCache,
  validateCache,
  type WarmResult,
  warmCache,
} from './cache-tasks.js';
export type { BatchReport, Callback, Run, StepReport, ValidationProgress } from './callback.js';
export {
  type Checkpoint,
  loadResumeState,
  type ResumeState,
  type RunState,
  resumePath,
  saveCheckpoint,
} from './checkpoint.js';
export { CheckpointError } from './checkpoint-error.js';
export { type LoadedConfig, loadRunConfig, type RunConfig, runConfigSchema } from './config.js';
export { type Detection, DetectionTask, postprocessOptions } from './detection-task.js';
export { evaluate } from './evaluate.js';
export { checkpointFile, type LoadedModel, loadModel, runConfigFile } from './load-model.js';
export { NonFiniteLossError } from './non-finite-loss-error.js';
export { examineNumerics, type LayerNumerics, type Numbers, type Numerics } from './numerics/index.js';
export { renderOverlay } from './overlay.js';
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
export { findImages, type ImagePrediction, predictImage, predictImages, writeOverlay } from './predict.js';
export { PredictError } from './predict-error.js';
export { RunFolder } from './run-folder.js';
export { RunFolderError } from './run-folder-error.js';
export { decodeSafetensors, encodeSafetensors, readSafetensors, type Safetensors } from './safetensors.js';
export { type OpenSplit, openSplit } from './splits.js';
export type { Summary } from './summary.js';
export type { BatchSource, Evaluation, Task } from './task.js';
export { type TestResult, testCheckpoint } from './test-checkpoint.js';
export { type TrainOptions, type TrainResult, train } from './train.js';
export { type Outcome, Trainer, type TrainerParts } from './trainer.js';
export { Updater, type UpdaterParts } from './updater.js';
