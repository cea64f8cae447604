export {
  DBNet,
  type DbnetOptions,
  normalizeImages,
} from './dbnet.js';
export type { Encoder, Pyramid } from './encoders/encoder.js';
export { ENCODERS, type EncoderName } from './encoders/index.js';
export type { DbMaps, TrainingMaps } from './heads/db.js';
export {
  type DbLoss,
  type DbTargets,
  dbLoss,
  type TargetBytes,
  targetTensors,
} from './loss.js';
export { asNetwork } from './network.js';
export { type ModelConfig, modelSchema } from './options.js';
