/** The loop of training: trainer, updater, task, callbacks, checkpoints. */
export type { BatchReport, Callback, Run, StepReport, ValidationProgress } from './callback.js';
export { CacheHealthCallback } from './callbacks/cache-health.js';
export { CheckpointCallback } from './callbacks/checkpoint.js';
export { EarlyStoppingCallback } from './callbacks/early-stopping.js';
export { GradientMonitorCallback } from './callbacks/gradient-monitor.js';
export { LearningRateCallback } from './callbacks/learning-rate.js';
export { OverlaysCallback } from './callbacks/overlays.js';
export { type ProfileReport, ProfilerCallback, type Timings, timings } from './callbacks/profiler.js';
export { ProgressCallback } from './callbacks/progress.js';
export {
  type Checkpoint,
  loadResumeState,
  type ResumeState,
  type RunState,
  readBest,
  resumePath,
  saveCheckpoint,
} from './checkpoint.js';
export { evaluate } from './evaluate.js';
export { prefixed } from './metrics.js';
export { NonFiniteLossError } from './non-finite-loss-error.js';
export type { BatchSource, Evaluation, Task } from './task.js';
export { limitedLength } from './task.js';
export { type Outcome, Trainer, type TrainerParts, totalSteps } from './trainer.js';
export { Updater, type UpdaterParts } from './updater.js';
