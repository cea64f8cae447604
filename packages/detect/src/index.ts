/** Finding text with a trained detector: any network behind a small interface, in Node and in browsers. */
export { boxesFromMap, type Detection, POSTPROCESS_DEFAULTS, type PostprocessOptions } from './boxes.js';
export { type DetectorDescription, METADATA_KEY, ModelError } from './description.js';
export { detectText, type Network } from './detect.js';
export {
  type Fit,
  fitLongest,
  IMAGENET,
  layImage,
  type Normalization,
  PAD_RGB,
  padImage,
  roundUpToSide,
  SIDE_MULTIPLE,
} from './fit.js';
export { type FittedImage, ImageError, MAX_PIXELS, type RgbImage, type Size } from './image.js';
export { describeOnnx, type LoadedNetwork, type OnnxRuntime, onnxNetwork } from './onnx-network.js';
export type { Pixels } from './pixels.js';
export type { BytesSource } from './read-bytes.js';
export { DECODE_OVERSIZE, fitPixels } from './resize.js';
export {
  type Decode,
  type DetectorSettings,
  type ImageSource,
  type LoadOptions,
  TextDetector,
} from './text-detector.js';
export { inTiles } from './tiles.js';
