/** ONNX files: read, and written from traced networks. Knows nothing of any network. */
export { foldNorms } from './fold-norms.js';
export { decodeModel, type OnnxModel, type OnnxTensor } from './schema.js';
export { floatValues } from './values.js';
export { type OnnxOptions, writeOnnx } from './write.js';
