/** Pooling, resampling and channel products. */
import type { ImageShape, Kernels } from '../kernels.js';
import { resolve } from './elementwise.js';
import { fillWith, own, values } from './memory.js';

/** Flat index of [n, h, w, 0]. */
const pixel = (s: ImageShape, n: number, h: number, w: number): number =>
  ((n * s.height + h) * s.width + w) * s.channels;

function forEachPixel(s: ImageShape, visit: (n: number, h: number, w: number) => void): void {
  for (let n = 0; n < s.batch; n++) {
    for (let h = 0; h < s.height; h++) for (let w = 0; w < s.width; w++) visit(n, h, w);
  }
}

const pooled = (s: ImageShape): ImageShape => ({
  ...s,
  height: Math.ceil(s.height / 2),
  width: Math.ceil(s.width / 2),
});

const upsampled = (s: ImageShape, level: number, channels: number): ImageShape => ({
  batch: s.batch,
  height: s.height << level,
  width: s.width << level,
  channels,
});

/** Flat index in `[N, 1, 1, C]` of the vector element that belongs to element i of the image. */
const vectorPlace = ({ height, width, channels }: ImageShape) => {
  const perImage = height * width * channels;
  return (i: number): number => Math.floor(i / perImage) * channels + (i % channels);
};

export const pool = {
  maxPool3x3(x, shape, y, indices) {
    const input = resolve(x, shape.channels);
    const small = pooled(shape);
    forEachPixel(small, (n, h, w) => {
      for (let c = 0; c < shape.channels; c++) {
        let best = Number.NEGATIVE_INFINITY;
        let winner = -1;
        for (let place = 0; place < 9; place++) {
          const row = 2 * h + Math.floor(place / 3) - 1;
          const column = 2 * w + (place % 3) - 1;
          if (row < 0 || row >= shape.height || column < 0 || column >= shape.width) continue;
          const value = input[pixel(shape, n, row, column) + c]!;
          if (winner < 0 || value > best || Number.isNaN(value)) {
            best = value;
            winner = place;
          }
        }
        own(y).set(pixel(small, n, h, w) + c, best);
        own(indices).set(pixel(small, n, h, w) + c, winner);
      }
    });
  },

  maxPool3x3Backward(dy, indices, shape, dx) {
    const gradient = values(dy);
    const winners = values(indices);
    const small = pooled(shape);
    const sum = new Float64Array(dx.length);
    forEachPixel(small, (n, h, w) => {
      for (let c = 0; c < shape.channels; c++) {
        const place = winners[pixel(small, n, h, w) + c]!;
        const row = 2 * h + Math.floor(place / 3) - 1;
        const column = 2 * w + (place % 3) - 1;
        sum[pixel(shape, n, row, column) + c]! += gradient[pixel(small, n, h, w) + c]!;
      }
    });
    fillWith(dx, (i) => sum[i]!);
  },

  globalAveragePool(x, shape, y) {
    const input = resolve(x, shape.channels);
    const place = vectorPlace(shape);
    const sum = new Float64Array(y.length);
    input.forEach((value, i) => {
      sum[place(i)]! += value / (shape.height * shape.width);
    });
    fillWith(y, (i) => sum[i]!);
  },

  globalAveragePoolBackward(dy, shape, dx) {
    const gradient = values(dy);
    const place = vectorPlace(shape);
    fillWith(dx, (i) => gradient[place(i)]! / (shape.height * shape.width));
  },

  multiplyChannels(x, s, shape, y) {
    const [input, factor] = [resolve(x, shape.channels), values(s)];
    const place = vectorPlace(shape);
    fillWith(y, (i) => input[i]! * factor[place(i)]!);
  },

  multiplyChannelsBackward(x, s, dy, shape, dx, ds) {
    const [input, factor, gradient] = [resolve(x, shape.channels), values(s), values(dy)];
    const place = vectorPlace(shape);
    const sum = new Float64Array(ds.length);
    input.forEach((value, i) => {
      sum[place(i)]! += value * gradient[i]!;
    });
    fillWith(dx, (i) => gradient[i]! * factor[place(i)]!);
    fillWith(ds, (i) => sum[i]!);
  },

  addUpsampled(fine, coarse, shape, y) {
    const small: ImageShape = { ...shape, height: shape.height / 2, width: shape.width / 2 };
    const a = resolve(fine, shape.channels);
    const b = resolve(coarse, shape.channels);
    forEachPixel(shape, (n, h, w) => {
      const from = pixel(small, n, h >> 1, w >> 1);
      const to = pixel(shape, n, h, w);
      for (let c = 0; c < shape.channels; c++) own(y).set(to + c, a[to + c]! + b[from + c]!);
    });
  },

  upsampleInto(x, shape, level, y, yChannels, channelOffset) {
    const input = resolve(x, shape.channels);
    const large = upsampled(shape, level, yChannels);
    forEachPixel(large, (n, h, w) => {
      const from = pixel(shape, n, h >> level, w >> level);
      const to = pixel(large, n, h, w) + channelOffset;
      for (let c = 0; c < shape.channels; c++) own(y).set(to + c, input[from + c]!);
    });
  },

  upsampleBackward(dy, dyChannels, channelOffset, level, shape, dCoarse) {
    const gradient = values(dy);
    const large = upsampled(shape, level, dyChannels);
    const sum = new Float64Array(dCoarse.length);
    forEachPixel(large, (n, h, w) => {
      const from = pixel(large, n, h, w) + channelOffset;
      const to = pixel(shape, n, h >> level, w >> level);
      for (let c = 0; c < shape.channels; c++) sum[to + c]! += gradient[from + c]!;
    });
    fillWith(dCoarse, (i) => sum[i]!);
  },
} satisfies Partial<Kernels>;
