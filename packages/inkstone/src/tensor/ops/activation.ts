/** Activations as operations of their own. Behind a batch norm, give the activation to `batchNorm` instead. */
import { backend } from '../current.js';
import type { Activation } from '../kernels.js';
import { record, reuse } from '../tape.js';
import { Tensor } from '../tensor.js';

/** The operations' names, as the functions below have them. */
const NAMES: Readonly<Record<Exclude<Activation, 'identity'>, string>> = {
  relu: 'relu',
  hard_swish: 'hardSwish',
  hard_sigmoid: 'hardSigmoid',
  sigmoid: 'sigmoid',
};

/** y = f(x), any shape. */
export function activate(x: Tensor, kind: Activation): Tensor {
  if (kind === 'identity') return x;
  const y = Tensor.empty(x.shape, x.dtype);
  backend().activation(kind, x.storage, y.storage);
  return record(NAMES[kind], y, [x], [x], (dy) => {
    const dx = reuse(dy);
    backend().activationBackward(kind, x.storage, dy.storage, dx.storage);
    return [dx];
  });
}

/** max(x, 0) */
export const relu = (x: Tensor): Tensor => activate(x, 'relu');

/** clamp(x / 6 + 1/2, 0, 1) */
export const hardSigmoid = (x: Tensor): Tensor => activate(x, 'hard_sigmoid');

/** 1 / (1 + exp(−x)) */
export const sigmoid = (x: Tensor): Tensor => activate(x, 'sigmoid');
