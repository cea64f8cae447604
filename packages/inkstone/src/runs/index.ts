/** Runs, put together from their configuration: train, test, predict, look after the cache; the run folder. */
export { precisionOf } from './build.js';
export {
  type CacheProfile,
  type CacheValidation,
  profileCache,
  validateCache,
  type WarmResult,
  warmCache,
} from './cache-tasks.js';
export { type LoadedConfig, loadRunConfig, meantSetting, type RunConfig, runConfigSchema } from './config.js';
export { DetectionTask, postprocessOptions } from './detection-task.js';
export { openDetector } from './detector.js';
export { type ColoredOutline, renderOutlines } from './draw-outlines.js';
export {
  type ExportedModel,
  type ExportOptions,
  exportOnnx,
  type OnnxCheck,
  turnIntoPaddleOcrs,
  verifyOnnx,
} from './export.js';
export { type ImageRow, type ImageRows, readImageRows } from './image-rows.js';
export {
  type LoadedModel,
  loadCheckpointConfig,
  loadModel,
  postprocessOf,
  withPostprocess,
} from './load-model.js';
export { loadOnnxRuntime } from './onnx-runtime.js';
export {
  findImages,
  type ImagePrediction,
  predictImage,
  predictImages,
} from './predict.js';
export { PREDICTION_FORMATS, type PredictionFormatName } from './prediction-formats.js';
export { PredictionOutput } from './prediction-output.js';
export { type Change, loadResumeConfig, loadTrainConfig } from './resume.js';
export {
  BEFORE_AFTER,
  CHECKPOINTS,
  CONFIG,
  FAILURE,
  IMAGES,
  NUMERICS,
  OVERLAYS,
  runOf,
  SUMMARY,
} from './run-files.js';
export { numbered, RunFolder } from './run-folder.js';
export { type RunHolder, RunLock, runHolder } from './run-lock.js';
export { type RunState, runState } from './run-state.js';
export { openSplit, openUnaugmented } from './splits.js';
export { readSummary, type SavedSummary, type Summary } from './summary.js';
export { type TestResult, testCheckpoint } from './test-checkpoint.js';
export { type TrainOptions, type TrainResult, train } from './train.js';
export { checkpointFile, PUBLISHED } from './weights.js';
