import { describe, expect, it } from 'vitest';
import { boxesFromMap } from './boxes.js';
import { detectText, type Network } from './detect.js';
import { fitLongest, PAD_RGB, padImage, roundUpToSide } from './fit.js';
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
  run: ({ data }) =>
    Float32Array.from({ length: data.length / 3 }, (_, i) =>
      PAD_RGB.every((value, channel) => data[3 * i + channel] === value) ? 1 : data[3 * i] / WHITE,
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

describe('padImage', () => {
  it('lays the image at the top left and the mean colour around it', () => {
    const { data, width, height } = padImage(picture({ width: 40, height: 10 }, 0, 0, 40, 10));
    expect([width, height]).toEqual([64, 32]);
    const pixel = (x: number, y: number) => [...data.subarray(3 * (y * 64 + x), 3 * (y * 64 + x) + 3)];
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

describe('detectText', () => {
  it('comes back to the pixels of the original with one scale, clamped to it', async () => {
    // 500 × 333 to 64 × 43 (42.6 rounded): scaled apart, y would be stretched by a hundredth.
    const image = picture({ width: 64, height: 43 }, 16, 33, 32, 43);
    const [found, ...rest] = await detectText(whiteIsText, image, { width: 500, height: 333 }, OPTIONS);
    expect(rest).toEqual([]);
    const scale = 64 / 500;
    expect(found.polygon[0]).toEqual([16 / scale, 33 / scale]);
    expect(found.polygon[2]).toEqual([32 / scale, 333]);
    expect(found.score).toBe(1);
  });

  it('finds on a padded image what it finds on one that needs no padding', async () => {
    const bar = [10, 12, 60, 24] as const;
    const bare = picture({ width: 64, height: 32 }, ...bar);
    const padded = picture({ width: 61, height: 25 }, ...bar);
    const found = await detectText(whiteIsText, padded, padded, OPTIONS);
    expect(found.map(({ polygon }) => polygon[0])).toEqual([[10, 12]]);
    expect(found).toEqual(await detectText(whiteIsText, bare, bare, OPTIONS));
    const map = Float32Array.from({ length: 64 * 32 }, (_, i) => bare.data[3 * i] / WHITE);
    expect(found).toEqual(boxesFromMap(map, 64, 32, OPTIONS));
  });

  it('waits for a network that answers later', async () => {
    const later: Network = { run: (image) => Promise.resolve(whiteIsText.run(image)) };
    const image = picture({ width: 64, height: 32 }, 8, 8, 40, 20);
    const found: Polygon[] = (await detectText(later, image, image, OPTIONS)).map(({ polygon }) => polygon);
    expect(found).toHaveLength(1);
    expect(found[0][0]).toEqual([8, 8]);
  });
});
