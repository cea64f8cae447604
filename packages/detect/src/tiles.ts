/** Large images in parts: memory stays that of one part, and small print on a large photo keeps its size. */
import type { Network } from './detect.js';
import { SIDE_MULTIPLE } from './fit.js';
import type { RgbImage } from './image.js';

/** A network sees this share of a tile's side beyond what is taken from the tile. */
const OVERLAP = 1 / 4;

/** One tile along an axis: where it lies, and which part of it is taken. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The same network on tiles of at most `side` × `side` pixels. They overlap, and of each only what lies further from its edges
 * than from its neighbour's is taken, so that no text is cut.
 *
 * @param side a multiple of 32
 */
export function inTiles(network: Network, side: number): Network {
  return {
    run: async (image) => {
      const map = new Float32Array(image.width * image.height);
      for (const y of spans(image.height, side)) {
        for (const x of spans(image.width, side)) {
          const tile = await network.run(cut(image, x, y));
          const width = x.end - x.start;
          for (let row = y.from; row < y.to; row++) {
            const at = (row - y.start) * width - x.start;
            map.set(tile.subarray(at + x.from, at + x.to), row * image.width + x.from);
          }
        }
      }
      return map;
    },
  };
}

/** Tiles along an axis, evenly spread, on multiples of 32 so that the network's own grid lies alike in all of them. */
function spans(length: number, side: number): Span[] {
  if (length <= side) return [{ start: 0, end: length, from: 0, to: length }];
  const count = Math.ceil((length - side * OVERLAP) / (side * (1 - OVERLAP)));
  const step = (length - side) / (count - 1) / SIDE_MULTIPLE;
  const starts = Array.from({ length: count }, (_, i) => Math.round(i * step) * SIDE_MULTIPLE);
  const middle = (i: number) => (starts[i - 1] + side + starts[i]) / 2;
  return starts.map((start, i) => ({
    start,
    end: start + side,
    from: i === 0 ? 0 : middle(i),
    to: i === count - 1 ? length : middle(i + 1),
  }));
}

function cut(image: RgbImage, x: Span, y: Span): RgbImage {
  const [width, height] = [x.end - x.start, y.end - y.start];
  const data = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    const from = 3 * ((y.start + row) * image.width + x.start);
    data.set(image.data.subarray(from, from + 3 * width), 3 * row * width);
  }
  return { width, height, data };
}
