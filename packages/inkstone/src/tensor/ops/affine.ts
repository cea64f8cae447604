/** Scaling and shifting: by constants, and by learnable numbers that are applied lazily, as a batch norm's are. */

import { backend } from '../current.js';
import { describe, expectShape } from '../errors.js';
import type { Activation } from '../kernels.js';
import { tidy } from '../scope.js';
import { record, reuse } from '../tape.js';
import { Tensor } from '../tensor.js';
import { multiplyChannels } from './arithmetic.js';
import { plainCopy } from './norm.js';

/** factor · x + offset with constants. */
export function linear(x: Tensor, factor: number, offset = 0): Tensor {
  const y = Tensor.empty(x.shape, x.dtype);
  backend().cast(x.storage, y.storage, factor, offset);
  return record({ name: 'linear', settings: { factor, offset } }, y, [x], [], (dy) => {
    const dx = Tensor.empty(x.shape, x.dtype);
    backend().cast(dy.storage, dx.storage, factor, 0);
    return [dx];
  });
}

/**
 * activation(scale · x + shift) with one scale and one shift for the whole tensor, both float32 `[1]`. The result is lazy:
 * it shares x's memory, and its readers apply the affine.
 */
export function scalarAffine(x: Tensor, scale: Tensor, shift: Tensor, activation: Activation): Tensor {
  return tidy(() => {
    const { channels } = x.channelsShape;
    // A factor for every channel is a product like any other, so the tape sums its gradient over the channels.
    const ones = Tensor.empty([1, channels, 1, 1]);
    ones.fill(1);
    return channelAffine(x, multiplyChannels(ones, scale), multiplyChannels(ones, shift), activation);
  });
}

/** The same with a scale and a shift for each channel, float32, C values each. */
export function channelAffine(x: Tensor, scale: Tensor, shift: Tensor, activation: Activation): Tensor {
  const { rows, channels } = x.channelsShape;
  expectShape(scale.length === channels && shift.length === channels, 'channelAffine', () => {
    return `${describe(x)} needs ${channels} scales and shifts, got ${describe(scale)} and ${describe(shift)}`;
  });
  return tidy(() => {
    // Of two affines in a row the first is written out.
    const base = x.affine ? plainCopy(x) : x;
    const y = Tensor.lazy(base, { scale, shift, activation });
    const mean = Tensor.zeros([channels]);
    const inverseStd = Tensor.empty([channels]);
    inverseStd.fill(1);
    return record(
      { name: 'channelAffine', activation },
      y,
      [x, scale, shift],
      [y, mean, inverseStd],
      (dy) => {
        const dScale = Tensor.empty(scale.shape);
        const dShift = Tensor.empty(shift.shape);
        const dx = reuse(dy);
        backend().affineBackward(
          y.lazyOperand,
          dy.storage,
          mean.storage,
          inverseStd.storage,
          { rows, channels },
          dx.storage,
          dScale.storage,
          dShift.storage,
        );
        return [dx, dScale, dShift];
      },
    );
  });
}
