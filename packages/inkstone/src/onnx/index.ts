/** ONNX files, read and written. Knows nothing of any network. */

export {
  decodeModel,
  encodeModel,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './schema.js';
export { floatValues } from './values.js';
