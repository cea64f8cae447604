/** Runs, put together from their configuration: train, test, predict, look after the cache; the run folder. */
export { buildModel, buildUpdater } from './build.js';
export {
  type CacheProfile,
  type CacheValidation,
  profileCache,
  validateCache,
  type WarmResult,
  warmCache,
} from './cache-tasks.js';
export {
  type LoadedConfig,
  loadRunConfig,
  type RunConfig,
  runConfigSchema,
} from './config.js';
export { DetectionTask, postprocessOptions } from './detection-task.js';
export { checkpointFile, type LoadedModel, loadCheckpointConfig, loadModel } from './load-model.js';
export { FOUND_COLOR, MARKED_COLOR, renderOverlay } from './overlay.js';
export {
  findImages,
  type ImagePrediction,
  predictImage,
  predictImages,
  writeOverlay,
  writeResults,
} from './predict.js';
export { CHECKPOINTS, RunFolder, RunFolderError } from './run-folder.js';
export { type OpenSplit, openSplit } from './splits.js';
export { readSummary, type Summary } from './summary.js';
export { type TestResult, testCheckpoint } from './test-checkpoint.js';
export { type TrainOptions, type TrainResult, train } from './train.js';
