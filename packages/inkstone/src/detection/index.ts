export { DBNet, type DbnetOptions, normalizeImages } from './dbnet.js';
export { ENCODERS, type EncoderName } from './encoders/index.js';
export type { DbMaps } from './heads/db.js';
export { type InferenceGraph, inferenceGraph } from './inference-graph.js';
export { dbLoss, targetTensors } from './loss.js';
export { asNetwork } from './network.js';
export {
  createNetwork,
  type DetectionNetwork,
  type ModelConfig,
  modelSchema,
  networkTitle,
} from './networks.js';
export { postprocessSchema } from './options.js';
export { importPpOcrV4 } from './pp_ocrv4/import.js';
export { PpOcrV4Det } from './pp_ocrv4/index.js';
export { readyForPaddleOcr, readyForTraining } from './pp_ocrv4/ready-for-training.js';
