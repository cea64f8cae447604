import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { RgbImage } from './image.js';
import { RandomStream } from './random.js';
import { fitPixels } from './resize.js';
import { decode } from './sharp.js';

/** Every pixel of its own: nothing that resampling gets wrong can hide. No pixel is so dark or light that it is clipped midway. */
function noise(width: number, height: number): RgbImage {
  const random = new RandomStream('noise', width, height);
  return {
    width,
    height,
    data: Uint8Array.from({ length: 3 * width * height }, () => 64 + (random.integer() & 127)),
  };
}

describe('fitPixels', () => {
  it.each([
    ['a little smaller', 200, 151, 160],
    ['much smaller', 301, 200, 64],
    ['smaller in two steps', 150, 201, 96],
    ['larger', 61, 40, 96],
    ['very long', 300, 3, 96],
  ])('gives what sharp gives, to two levels of 255: %s', async (_, width, height, size) => {
    const picture = noise(width, height);
    const png = await sharp(picture.data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const [ours, theirs] = [fitPixels(picture, size), await decode(png, size)];
    expect(ours.original).toEqual({ width, height });
    expect(theirs.original).toMatchObject({ width, height });
    expect([ours.image.width, ours.image.height]).toEqual([theirs.image.width, theirs.image.height]);
    const differences = ours.image.data.map((value, i) => Math.abs(value - theirs.image.data[i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(2);
  });

  it('leaves an image alone that has the size already', () => {
    const picture = noise(64, 20);
    expect(fitPixels(picture, 64).image.data).toEqual(picture.data);
  });
});
