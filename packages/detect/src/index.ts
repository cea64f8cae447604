/** Finding text with a trained detector: any network behind a small interface, in Node and in browsers. */
export { boxesFromMap, POSTPROCESS_DEFAULTS, type PostprocessOptions, type TextBox } from './boxes.js';
export type { RgbImage } from './image.js';
