/**
 * Texts on images, with any network behind `Network`. What is measured in training is what runs in a program, a server or
 * a browser: all of them come through here.
 */
import { boxesFromMap, type PostprocessOptions, type TextBox } from './boxes.js';
import { type Batch, batchOf, type Fit } from './fit.js';
import type { Polygon } from './geometry/index.js';
import type { RgbImage, Size } from './image.js';

/** A trained network in whatever runs it: this project's engine, ONNX Runtime in Node or in a browser. */
export interface Network {
  /**
   * Normalises the batch's pixels (`IMAGENET`, or what the network was trained with) and returns its probability maps,
   * float32 `[N, height, width]`, 0 … 1.
   */
  run(batch: Batch): Float32Array | Promise<Float32Array>;
}

/** A text found, in pixels of the upright original. */
export interface Detection {
  readonly polygon: Polygon;
  /** Mean probability inside, 0 … 1. */
  readonly score: number;
}

/**
 * Texts on one image.
 *
 * @param image the image, resized so that its longest side is the network's
 * @param original size of the upright image before that
 */
export async function detectImage(
  network: Network,
  image: RgbImage,
  original: Size,
  options: PostprocessOptions = {},
): Promise<Detection[]> {
  return (await detectBatch(network, batchOf(image, original), options))[0];
}

/** Texts on every image of a batch, in order. */
export async function detectBatch(
  network: Network,
  batch: Batch,
  options: PostprocessOptions = {},
): Promise<Detection[][]> {
  const maps = await network.run(batch);
  return batch.samples.map((sample, index) =>
    boxesFromMap(ownMap(maps, index, batch), sample.width, sample.height, options).map((box) =>
      toOriginal(box, sample),
    ),
  );
}

/** A sample's own part `[height, width]` of a batch's padded maps: nothing can be found in padding. */
function ownMap(maps: Float32Array, index: number, batch: Batch): Float32Array {
  const { width, height } = batch.samples[index];
  const out = new Float32Array(width * height);
  const start = index * batch.height * batch.width;
  for (let y = 0; y < height; y++) {
    const row = start + y * batch.width;
    out.set(maps.subarray(row, row + width), y * width);
  }
  return out;
}

/** Input pixels to original pixels, on the image. */
function toOriginal({ polygon, score }: TextBox, { scale, originalWidth, originalHeight }: Fit): Detection {
  const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(0, value));
  return {
    polygon: polygon.map(
      ([x, y]) => [clamp(x / scale, originalWidth), clamp(y / scale, originalHeight)] as const,
    ),
    score,
  };
}
