/**
 * 3×3 convolution in Winograd's form F(2×2, 3×3) (Lavin and Gray, arXiv:1509.09308): what half arithmetic rounds is what is multiplied, the transforms
 * of 4×4 inputs, of weights and of 2×2 outputs.
 */
import type { ConvGeometry } from '../kernels.js';
import { ROUND } from './memory.js';

/** Rows of numbers. */
type Matrix = readonly (readonly number[])[];

const INPUT: Matrix = [
  [1, 0, -1, 0],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, 1, 0, -1],
];
const WEIGHT: Matrix = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
];
const OUTPUT: Matrix = [
  [1, 1, 1, 0],
  [0, 1, -1, -1],
];
const LEAST_OUTPUTS = 512;

const transposed = (m: Matrix): Matrix => m[0]!.map((_, column) => m.map((row) => row[column]!));

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));

/** m · x · mᵀ. */
const transform = (m: Matrix, x: Matrix): Matrix => product(product(m, x), transposed(m));

const multiplied = (m: Matrix, x: Matrix): readonly number[] => transform(m, x).flat().map(ROUND.bfloat16);

const square = (size: number, value: (row: number, col: number) => number): Matrix =>
  Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, col) => value(row, col)));

/** Adds products place by place. */
function accumulate(sum: number[], a: readonly number[], b: readonly number[]): void {
  for (let place = 0; place < 16; place++) sum[place]! += a[place]! * b[place]!;
}

const places = (values: readonly number[]): Matrix => square(4, (row, col) => values[4 * row + col]!);

/** [batch, height, width, channels]; zero outside the image. */
interface Image {
  readonly values: Float64Array;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const at = (
  { values, height, width, channels }: Image,
  n: number,
  y: number,
  x: number,
  c: number,
): number =>
  y < 0 || y >= height || x < 0 || x >= width ? 0 : values[((n * height + y) * width + x) * channels + c]!;

/** Every 2×2 tile of the outputs. */
function forTiles(image: Image, visit: (n: number, y: number, x: number) => void): void {
  for (let n = 0; n < image.batch; n++) {
    for (let y = 0; y < image.height; y += 2) for (let x = 0; x < image.width; x += 2) visit(n, y, x);
  }
}

/** Transformed tiles of all channels. */
const tilesOf = (image: Image, m: Matrix, size: number, n: number, y: number, x: number) =>
  Array.from({ length: image.channels }, (_, c) =>
    multiplied(
      m,
      square(size, (row, col) => at(image, n, y + row, x + col, c)),
    ),
  );

/** Output (y, x) reads inputs from (y − padding, x − padding) on; tap(o, c) is a 3×3 kernel. Fills `out`. */
function correlate(
  x: Image,
  padding: number,
  tap: (o: number, c: number) => Matrix,
  out: Image,
): Float64Array {
  const weights = Array.from({ length: out.channels }, (_, o) =>
    Array.from({ length: x.channels }, (_, c) => multiplied(WEIGHT, tap(o, c))),
  );
  forTiles(out, (n, top, left) => {
    const inputs = tilesOf(x, INPUT, 4, n, top - padding, left - padding);
    for (const [o, kernels] of weights.entries()) {
      const sum = Array<number>(16).fill(0);
      for (const [c, kernel] of kernels.entries()) accumulate(sum, kernel, inputs[c]!);
      for (const [row, line] of transform(OUTPUT, places(sum)).entries()) {
        for (const [col, value] of line.entries()) {
          if (top + row >= out.height || left + col >= out.width) continue;
          out.values[((n * out.height + top + row) * out.width + left + col) * out.channels + o] = value;
        }
      }
    }
  });
  return out.values;
}

const inputOf = (g: ConvGeometry, values: Float64Array): Image => ({
  ...{ values, batch: g.batch, height: g.inHeight, width: g.inWidth, channels: g.inChannels },
});
const outputOf = (g: ConvGeometry, values: Float64Array): Image => ({
  ...{ values, batch: g.batch, height: g.outHeight, width: g.outWidth, channels: g.outChannels },
});
const sizeOf = ({ batch, height, width, channels }: Omit<Image, 'values'>): number =>
  batch * height * width * channels;

/** Whether kernels compute a convolution this way that writes `pixels` pixels: smaller ones do not pay for the transform of the weights. */
export const isWinograd = (g: ConvGeometry, pixels: number): boolean =>
  g.groups === 1 &&
  g.kernel === 3 &&
  g.stride === 1 &&
  g.inChannels % 16 === 0 &&
  g.outChannels % 16 === 0 &&
  pixels >= LEAST_OUTPUTS;

export const winograd = {
  forward(input: Float64Array, weight: Float64Array, g: ConvGeometry): Float64Array {
    const tap = (o: number, c: number) =>
      square(3, (row, col) => weight[(o * g.inChannels + c) * 9 + 3 * row + col]!);
    const size = sizeOf(outputOf(g, input));
    return correlate(inputOf(g, input), g.padding, tap, outputOf(g, new Float64Array(size)));
  },

  backwardInput(gradient: Float64Array, weight: Float64Array, g: ConvGeometry): Float64Array {
    const tap = (c: number, o: number) =>
      square(3, (row, col) => weight[(o * g.inChannels + c) * 9 + 3 * (2 - row) + 2 - col]!);
    const size = sizeOf(inputOf(g, gradient));
    return correlate(outputOf(g, gradient), 2 - g.padding, tap, inputOf(g, new Float64Array(size)));
  },

  backwardWeight(input: Float64Array, gradient: Float64Array, g: ConvGeometry): Float64Array {
    const [x, y] = [inputOf(g, input), outputOf(g, gradient)];
    const sums = Array.from({ length: g.outChannels * g.inChannels }, () => Array<number>(16).fill(0));
    forTiles(y, (n, top, left) => {
      const inputs = tilesOf(x, INPUT, 4, n, top - g.padding, left - g.padding);
      const outputs = tilesOf(y, transposed(OUTPUT), 2, n, top, left);
      for (const [o, output] of outputs.entries()) {
        for (const [c, tile] of inputs.entries()) accumulate(sums[o * g.inChannels + c]!, tile, output);
      }
    });
    return Float64Array.from(sums.flatMap((sum) => transform(transposed(WEIGHT), places(sum)).flat()));
  },
};
