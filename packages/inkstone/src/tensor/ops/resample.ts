/** Nearest-neighbour upsampling, fused with what a feature pyramid does next: add, or concatenate. */
import { backend } from '../current.js';
import { describe, expectShape } from '../errors.js';
import { record } from '../tape.js';
import { Tensor } from '../tensor.js';

/**
 * fine + upsample(coarse, 2): one step down the feature pyramid.
 *
 * @param fine `[N, 2H, 2W, C]`
 * @param coarse `[N, H, W, C]`
 */
export function addUpsampled(fine: Tensor, coarse: Tensor): Tensor {
  const shape = fine.imageShape;
  const small = coarse.imageShape;
  expectShape(
    small.batch === shape.batch &&
      2 * small.height === shape.height &&
      2 * small.width === shape.width &&
      small.channels === shape.channels &&
      coarse.dtype === fine.dtype,
    'addUpsampled',
    () => `${describe(coarse)} is not half of ${describe(fine)}; image sides must be multiples of 32`,
  );
  const y = Tensor.empty(fine.shape, fine.dtype);
  backend().addUpsampled(fine.operand, coarse.operand, shape, y.storage);
  return record('addUpsampled', y, [fine, coarse], [], (dy) => {
    const dCoarse = Tensor.empty(coarse.shape, coarse.dtype);
    backend().upsampleBackward(dy.storage, shape.channels, 0, 1, small, dCoarse.storage);
    return [dy, dCoarse];
  });
}

/**
 * Upsamples each part by 2^level and lays them side by side along the channels, without intermediates.
 *
 * @param parts pairs of `[N, H / 2^level, W / 2^level, Cᵢ]` and level ≥ 0, all of one storage type
 * @returns `[N, H, W, ΣCᵢ]`
 */
export function concatUpsampled(parts: readonly (readonly [x: Tensor, level: number])[]): Tensor {
  expectShape(parts.length > 0, 'concatUpsampled', () => 'needs at least one part');
  const [first, firstLevel] = parts[0]!;
  const { batch, height: firstHeight, width: firstWidth } = first.imageShape;
  const height = firstHeight << firstLevel;
  const width = firstWidth << firstLevel;
  let channels = 0;
  const placed = parts.map(([x, level]) => {
    const shape = x.imageShape;
    expectShape(
      x.dtype === first.dtype &&
        shape.batch === batch &&
        shape.height << level === height &&
        shape.width << level === width,
      'concatUpsampled',
      () => `${describe(x)} upsampled by ${2 ** level} does not fit [${batch}, ${height}, ${width}, …]`,
    );
    const offset = channels;
    channels += shape.channels;
    return { x, level, shape, offset };
  });
  const y = Tensor.empty([batch, height, width, channels], first.dtype);
  for (const { x, level, shape, offset } of placed) {
    backend().upsampleInto(x.operand, shape, level, y.storage, channels, offset);
  }
  const inputs = parts.map(([x]) => x);
  return record('concatUpsampled', y, inputs, [], (dy) =>
    placed.map(({ x, level, shape, offset }) => {
      if (!x.requiresGrad) return undefined;
      const dx = Tensor.empty(x.shape, x.dtype);
      backend().upsampleBackward(dy.storage, channels, offset, level, shape, dx.storage);
      return dx;
    }),
  );
}
