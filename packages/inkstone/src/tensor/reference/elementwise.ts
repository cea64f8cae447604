/** Activations, operands and elementwise kernels. */
import { type Activation, type Kernels, type Operand, PRODUCTS_PER_ROUND } from '../kernels.js';
import { fillWith, ROUND, values } from './memory.js';

const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

export const FUNCTION: Readonly<Record<Activation, (x: number) => number>> = {
  identity: (x) => x,
  // Math.max passes NaN on, which the loss scaler has to see.
  relu: (x) => Math.max(x, 0),
  hard_swish: (x) => x * clamp(x / 6 + 0.5, 0, 1),
  hard_sigmoid: (x) => clamp(x / 6 + 0.5, 0, 1),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/** f'(x); at a kink the value that PyTorch takes. */
export const DERIVATIVE: Readonly<Record<Activation, (x: number) => number>> = {
  identity: () => 1,
  relu: (x) => (x > 0 ? 1 : 0),
  hard_swish: (x) => (x < -3 ? 0 : x <= 3 ? x / 3 + 0.5 : 1),
  hard_sigmoid: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
  sigmoid: (x) => FUNCTION.sigmoid(x) * (1 - FUNCTION.sigmoid(x)),
};

/** The values of an operand `[…, C]` with its affine and activation applied, as a copy. */
export function resolve({ storage, affine }: Operand, channels: number): Float64Array {
  const raw = values(storage);
  if (!affine) return raw;
  const scale = values(affine.scale);
  const shift = values(affine.shift);
  const f = FUNCTION[affine.activation];
  return raw.map((x, i) => f(scale[i % channels]! * x + shift[i % channels]!));
}

export const elementwise = {
  fill: (x, value) => fillWith(x, () => value),

  cast(src, dst, scale = 1, shift = 0) {
    const x = values(src);
    fillWith(dst, (i) => x[i]! * scale + shift);
  },

  normalizeImage(src, dst, mean, std) {
    const x = values(src);
    fillWith(dst, (i) => (x[i]! / 255 - mean[i % 3]!) / std[i % 3]!);
  },

  activation(kind, x, y) {
    const input = values(x);
    fillWith(y, (i) => FUNCTION[kind](input[i]!));
  },

  activationBackward(kind, x, dy, dx) {
    const input = values(x);
    const gradient = values(dy);
    fillWith(dx, (i) => gradient[i]! * DERIVATIVE[kind](input[i]!));
  },

  multiplyAdd(x, factor, addend, rounds) {
    const input = values(x);
    fillWith(x, (i) => {
      let value = input[i]!;
      for (let round = 0; round < rounds; round++) value = value * factor + addend;
      return value;
    });
  },

  addProducts(x, factor, other, rounds) {
    const input = values(x);
    const product = ROUND.bfloat16(factor) * ROUND.bfloat16(other);
    fillWith(x, (i) => input[i]! + PRODUCTS_PER_ROUND * rounds * product);
  },

  addInto(dst, src, factor = 1) {
    const target = values(dst);
    const source = values(src);
    fillWith(dst, (i) => target[i]! + factor * source[i]!);
  },

  add(a, b, shape, activation, y) {
    const left = resolve(a, shape.channels);
    const right = resolve(b, shape.channels);
    fillWith(y, (i) => FUNCTION[activation](left[i]! + right[i]!));
  },

  reluBackwardFromOutput(y, dy, dx) {
    const output = values(y);
    const gradient = values(dy);
    fillWith(dx, (i) => (output[i]! > 0 ? gradient[i]! : 0));
  },

  scale(x, factor) {
    const input = values(x);
    fillWith(x, (i) => input[i]! * factor);
  },

  scaleBy: (x, factor) => elementwise.scale(x, values(factor)[0]!),

  materialize(x, shape, y) {
    const input = resolve(x, shape.channels);
    fillWith(y, (i) => input[i]!);
  },
} satisfies Partial<Kernels>;
