/**
 * Texts on an image, with any network behind `Network`. What is measured in training is what runs in a program, a server
 * or a browser: all of them come through here.
 */
import { boxesFromMap, type Detection, type PostprocessOptions } from './boxes.js';
import { padImage } from './fit.js';
import type { RgbImage, Size } from './image.js';

/**
 * A trained network in whatever runs it: this project's engine, ONNX Runtime in Node or in a browser.
 *
 * It takes one image at a time: in a batch, images are padded to the largest, and padding changes what is found near an
 * image's edges. On a CPU a batch saves next to no time.
 */
export interface Network {
  /**
   * @param image padded, sides multiples of 32; the network normalises it with what it was trained with (`IMAGENET`)
   * @returns its probability map, float32 `[height, width]`, 0 … 1
   */
  run(image: RgbImage): Float32Array | Promise<Float32Array>;
}

/**
 * @param image the upright image, resized so that its longest side is what the network was trained on (`fitLongest`)
 * @param original its size before that
 */
export async function detectText(
  network: Network,
  image: RgbImage,
  original: Size,
  options: PostprocessOptions = {},
): Promise<Detection[]> {
  const padded = padImage(image);
  const map = ownPart(await network.run(padded), padded, image);
  const scale = Math.max(image.width, image.height) / Math.max(original.width, original.height);
  const back = (value: number, limit: number): number => Math.min(limit, Math.max(0, value / scale));
  return boxesFromMap(map, image.width, image.height, options).map(({ polygon, score }) => ({
    polygon: polygon.map(([x, y]) => [back(x, original.width), back(y, original.height)] as const),
    score,
  }));
}

/** The image's part of a padded map: nothing can be found in padding. */
function ownPart(map: Float32Array, padded: Size, { width, height }: Size): Float32Array {
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    out.set(map.subarray(y * padded.width, y * padded.width + width), y * width);
  return out;
}
