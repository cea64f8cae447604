/** Modules, optimisers and schedules. Knows nothing of text or training runs. */

export { BatchStatistics } from './batch-statistics.js';
export { isSealed, seal, sha256, UNSEALED } from './checksum.js';
export { ModuleList, Sequential } from './containers.js';
export { Activate, BatchNorm2d, Conv2d, freezeNorms, UpConv2d } from './layers.js';
export { type AnyModule, Module, type StateDict, StateDictError } from './module.js';
export { MovingAverage } from './moving-average.js';
export { Adam } from './optimizers/adam.js';
export { AdamW } from './optimizers/adamw.js';
export { createOptimizer, optimizerSchema } from './optimizers/index.js';
export { Optimizer } from './optimizers/optimizer.js';
export { Sgd } from './optimizers/sgd.js';
export { manualSeed, Random } from './random.js';
export {
  CheckpointError,
  encodeSafetensors,
  expectFinite,
  readSafetensors,
  type Safetensors,
  sealedSafetensorsParts,
} from './safetensors.js';
export { createSchedule, type Schedule, scheduleSchema } from './schedule.js';
