/** Sums and products of activations, and of the scalars that losses are. */
import { backend } from '../current.js';
import type { DType } from '../dtype.js';
import { describe, expectShape } from '../errors.js';
import { record, reuse } from '../tape.js';
import { Tensor } from '../tensor.js';

/** a + b, or relu(a + b): the end of a residual block. Both `[N, H, W, C]` of one type. */
export function add(a: Tensor, b: Tensor, activation: 'identity' | 'relu' = 'identity'): Tensor {
  expectShape(String(a.shape) === String(b.shape) && a.dtype === b.dtype, 'add', () => {
    return `cannot add ${describe(b)} to ${describe(a)}`;
  });
  const y = Tensor.empty(a.shape, a.dtype);
  backend().add(a.operand, b.operand, a.channelsShape, activation, y.storage);
  if (activation === 'identity') return record('add', y, [a, b], [], (dy) => [dy, dy]);
  return record({ name: 'add', activation }, y, [a, b], [y], (dy) => {
    const dx = reuse(dy);
    backend().reluBackwardFromOutput(y.storage, dy.storage, dx.storage);
    return [dx, dx];
  });
}

/**
 * y[n,h,w,c] = x[n,h,w,c] · s[n,0,0,c]: the end of a squeeze-and-excite block.
 *
 * @param x `[N, H, W, C]`
 * @param s float32 `[N, 1, 1, C]`
 */
export function multiplyChannels(x: Tensor, s: Tensor): Tensor {
  const shape = x.imageShape;
  const { batch, channels } = shape;
  expectShape(
    s.dtype === 'float32' && s.length === batch * channels && s.shape.at(-1) === channels,
    'multiplyChannels',
    () => {
      return `${describe(x)} needs float32 factors [${batch}, 1, 1, ${channels}], got ${describe(s)}`;
    },
  );
  const y = Tensor.empty(x.shape, x.dtype);
  backend().multiplyChannels(x.operand, s.storage, shape, y.storage);
  return record('multiplyChannels', y, [x, s], [x, s], (dy) => {
    const dx = Tensor.empty(x.shape, x.dtype);
    const ds = Tensor.empty(s.shape, s.dtype);
    backend().multiplyChannelsBackward(x.operand, s.storage, dy.storage, shape, dx.storage, ds.storage);
    return [dx, ds];
  });
}

/** Converts to another storage type; gradients are converted back. Returns x itself when nothing is to do. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const y = Tensor.empty(x.shape, dtype);
  backend().cast(x.storage, y.storage);
  return record('cast', y, [x], [], (dy) => {
    const dx = Tensor.empty(x.shape, x.dtype);
    backend().cast(dy.storage, dx.storage);
    return [dx];
  });
}

/** Σ weight · term over scalars, as a DB loss adds up its parts. */
export function weightedSum(terms: readonly (readonly [weight: number, term: Tensor])[]): Tensor {
  const sum = Tensor.zeros([]);
  for (const [weight, term] of terms) backend().addInto(sum.storage, term.storage, weight);
  const inputs = terms.map(([, term]) => term);
  return record('weightedSum', sum, inputs, [], (dy) =>
    terms.map(([weight, term]) => {
      const gradient = Tensor.empty([], term.dtype);
      backend().cast(dy.storage, gradient.storage, weight);
      return gradient;
    }),
  );
}
