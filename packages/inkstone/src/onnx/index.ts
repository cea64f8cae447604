/** ONNX files, read. Knows nothing of any network. */
export {
  decodeModel,
  type OnnxModel,
  type OnnxTensor,
} from './schema.js';
export { floatValues } from './values.js';
