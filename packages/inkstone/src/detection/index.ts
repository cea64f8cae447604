export {
  DBNet,
  type DbnetOptions,
  type DecoderName,
  type EncoderName,
  type HeadName,
  normalizeImages,
} from './dbnet.js';
export type { Encoder, Pyramid } from './encoders/encoder.js';
export type { DbMaps, TrainingMaps } from './heads/db.js';
export {
  type DbLoss,
  type DbLossOptions,
  type DbTargets,
  dbLoss,
  type TargetBytes,
  targetTensors,
} from './loss.js';
export { asNetwork } from './network.js';
