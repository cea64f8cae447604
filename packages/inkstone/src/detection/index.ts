export { DBNet, type DbnetOptions, normalizeImages } from './dbnet.js';
export { ENCODERS, type EncoderName } from './encoders/index.js';
export type { DbMaps } from './heads/db.js';
export { dbLoss, targetTensors } from './loss.js';
export { asNetwork } from './network.js';
export { type ModelConfig, modelSchema } from './options.js';
