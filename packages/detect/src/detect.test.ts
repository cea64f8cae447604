import { describe, expect, it } from 'vitest';
import { boxesFromMap } from './boxes.js';
import { detectBatch, detectImage, type Network } from './detect.js';
import { type Batch, batchOf, fitLongest, layImage, PAD_RGB, roundUpToSide } from './fit.js';
import type { Polygon } from './geometry/index.js';
import type { RgbImage, Size } from './image.js';

const WHITE = 255;

/** Black with a white bar. */
function picture(
  { width, height }: Size,
  left: number,
  top: number,
  right: number,
  bottom: number,
): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let y = top; y < bottom; y++) data.fill(WHITE, 3 * (y * width + left), 3 * (y * width + right));
  return { width, height, data };
}

/** Takes white for text with certainty, and padding too: whoever looks there finds boxes. */
const whiteIsText: Network = {
  run: ({ images }) =>
    Float32Array.from({ length: images.length / 3 }, (_, i) =>
      [images[3 * i], images[3 * i + 1]].join() === PAD_RGB.slice(0, 2).join() ? 1 : images[3 * i] / WHITE,
    ),
};

const OPTIONS = { unclipRatio: 0 };

describe('fitLongest', () => {
  it('scales both sides alike, and keeps a line of one pixel', () => {
    expect(fitLongest({ width: 1000, height: 333 }, 640)).toEqual({
      width: 640,
      height: 213,
      scale: 0.64,
      originalWidth: 1000,
      originalHeight: 333,
    });
    expect(fitLongest({ width: 2, height: 5000 }, 640)).toMatchObject({ width: 1, height: 640 });
    expect([1, 32, 33, 640].map(roundUpToSide)).toEqual([32, 32, 64, 640]);
  });
});

describe('batchOf', () => {
  it('lays the image at the top left and the mean colour around it', () => {
    const { images, width, height } = batchOf(picture({ width: 40, height: 10 }, 0, 0, 40, 10), {
      width: 80,
      height: 20,
    });
    expect([width, height]).toEqual([64, 32]);
    const pixel = (x: number, y: number) => [...images.subarray(3 * (y * 64 + x), 3 * (y * 64 + x) + 3)];
    expect(pixel(39, 9)).toEqual([WHITE, WHITE, WHITE]);
    for (const [x, y] of [
      [40, 0],
      [63, 9],
      [0, 10],
      [63, 31],
    ]) {
      expect(pixel(x, y)).toEqual([124, 116, 104]);
    }
  });
});

describe('detection', () => {
  it('comes back to the pixels of the original with one scale, clamped to it', async () => {
    // 500 × 333 to 64 × 43 (42.6 rounded): scaled apart, y would be stretched by a hundredth.
    const image = picture({ width: 64, height: 43 }, 16, 33, 32, 43);
    const [found, ...rest] = await detectImage(whiteIsText, image, { width: 500, height: 333 }, OPTIONS);
    expect(rest).toEqual([]);
    const scale = 64 / 500;
    expect(found.polygon[0]).toEqual([16 / scale, 33 / scale]);
    expect(found.polygon[2]).toEqual([32 / scale, 333]);
    expect(found.score).toBe(1);
  });

  it('is the same on an image alone, in a wider batch, and without padding at all', async () => {
    const original = { width: 96, height: 64 };
    const image = picture(original, 10, 12, 60, 24);
    const small = picture({ width: 32, height: 32 }, 4, 4, 20, 10);
    const images = new Uint8Array(2 * 3 * 160 * 96);
    layImage(small, images.subarray(0, 3 * 160 * 96), 160);
    layImage(image, images.subarray(3 * 160 * 96), 160);
    const batch: Batch = {
      images,
      width: 160,
      height: 96,
      samples: [fitLongest(small, 32), fitLongest(original, 96)],
    };
    const alone = await detectImage(whiteIsText, image, original, OPTIONS);
    const [first, second] = await detectBatch(whiteIsText, batch, OPTIONS);
    expect(second).toEqual(alone);
    expect(first.map(({ polygon }) => polygon[0])).toEqual([[4, 4]]);
    const map = Float32Array.from({ length: 96 * 64 }, (_, i) => image.data[3 * i] / WHITE);
    expect(alone).toEqual(boxesFromMap(map, 96, 64, OPTIONS));
  });

  it('waits for a network that answers later', async () => {
    const later: Network = { run: (batch) => Promise.resolve(whiteIsText.run(batch)) };
    const image = picture({ width: 64, height: 32 }, 8, 8, 40, 20);
    const found: Polygon[] = (await detectImage(later, image, image, OPTIONS)).map(({ polygon }) => polygon);
    expect(found).toHaveLength(1);
    expect(found[0][0]).toEqual([8, 8]);
  });
});
