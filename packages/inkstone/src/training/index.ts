/** The loop of training: trainer, updater, task, callbacks, checkpoints. */
export type { StepReport } from '../amp/index.js';
export type { BatchReport, Callback, Run, ValidationProgress } from './callback.js';
export { CacheHealthCallback } from './callbacks/cache-health.js';
export { callbacksSchema, createCallbacks, switchOf } from './callbacks/index.js';
export { type ProfileReport, ProfilerCallback, timings } from './callbacks/profiler.js';
export {
  loadResumeState,
  readBest,
  readRunState,
  readSavedConfig,
  restoringFrom,
  resumePath,
  saveCheckpoint,
} from './checkpoint.js';
export { evaluate } from './evaluate.js';
export { prefixed } from './metrics.js';
export { trainerSchema } from './options.js';
export type { BatchSource, Evaluation, Task } from './task.js';
export { limitedLength } from './task.js';
export { refuseUneven, Team } from './team.js';
export { NonFiniteLossError, OUTCOMES, type Outcome, Trainer, totalSteps } from './trainer.js';
export { Updater } from './updater.js';
