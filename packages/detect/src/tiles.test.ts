import { describe, expect, it } from 'vitest';
import type { Network } from './detect.js';
import type { RgbImage, Size } from './image.js';
import { RandomStream } from './random.js';
import { inTiles } from './tiles.js';

const SIDE = 128;

function picture({ width, height }: Size): RgbImage {
  const random = new RandomStream('tiles', width, height);
  return {
    width,
    height,
    data: Uint8Array.from({ length: 3 * width * height }, () => random.integer() & 255),
  };
}

/** Looks at single pixels. */
const redIsText: Network = {
  run: ({ data }) => Float32Array.from({ length: data.length / 3 }, (_, i) => data[3 * i]! / 255),
};

describe('inTiles', () => {
  it.each([
    ['one tile', 96, 128, 1],
    ['a row', 320, 64, 3],
    ['rows and columns', 288, 416, 12],
  ])('puts the map together from %s, none larger than it may be', async (_, width, height, count) => {
    const image = picture({ width, height });
    const seen: Size[] = [];
    const network: Network = {
      run: (tile) => {
        seen.push(tile);
        return redIsText.run(tile);
      },
    };
    const [map, whole] = [await inTiles(network, SIDE).run(image), await redIsText.run(image)];
    expect(map.findIndex((value, i) => value !== whole[i])).toBe(-1);
    expect(seen).toHaveLength(count);
    for (const tile of seen) {
      expect(Math.max(tile.width, tile.height)).toBeLessThanOrEqual(SIDE);
      expect([tile.width % 32, tile.height % 32]).toEqual([0, 0]);
    }
  });

  it('takes nothing that lies near an edge which only the tile has', async () => {
    /** How far each pixel is from the edge of what the network was shown. */
    const distance: Network = {
      run: ({ width, height }) =>
        Float32Array.from({ length: width * height }, (_, i) => {
          const [x, y] = [i % width, Math.floor(i / width)];
          return Math.min(x, width - 1 - x, y, height - 1 - y);
        }),
    };
    const { width, height } = { width: 480, height: 320 };
    const map = await inTiles(distance, SIDE).run(picture({ width, height }));
    const around = SIDE / 8 - 1;
    const isInside = (i: number) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return Math.min(x, width - 1 - x, y, height - 1 - y) >= around;
    };
    expect(map.findIndex((distance, i) => isInside(i) && distance < around)).toBe(-1);
  });
});
