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
  const [first, firstLevel] = parts[0] ?? fail();
  const { batch, height: firstHeight, width: firstWidth } = first.imageShape;
  const height = firstHeight << firstLevel;
  const width = firstWidth << firstLevel;
  for (const [x, level] of parts) {
    const shape = x.imageShape;
    expectShape(
      x.dtype === first.dtype &&
        shape.batch === batch &&
        shape.height << level === height &&
        shape.width << level === width,
      'concatUpsampled',
      () => `${describe(x)} upsampled by ${2 ** level} does not fit [${batch}, ${height}, ${width}, …]`,
    );
  }
  const channels = parts.reduce((sum, [x]) => sum + x.imageShape.channels, 0);
  const y = Tensor.empty([batch, height, width, channels], first.dtype);
  const offsets = channelOffsets(parts);
  parts.forEach(([x, level], index) => {
    backend().upsampleInto(x.operand, x.imageShape, level, y.storage, channels, offsets[index]!);
  });
  return record(
    'concatUpsampled',
    y,
    parts.map(([x]) => x),
    [],
    (dy) =>
      parts.map(([x, level], index) => {
        if (!x.requiresGrad) return undefined;
        const dx = Tensor.empty(x.shape, x.dtype);
        backend().upsampleBackward(dy.storage, channels, offsets[index]!, level, x.imageShape, dx.storage);
        return dx;
      }),
  );
}

/** Nearest-neighbour upsampling by 2^level: `[N, H, W, C]` → `[N, H·2^level, W·2^level, C]`. */
export function upsample(x: Tensor, level: number): Tensor {
  return concatUpsampled([[x, level]]);
}

/** Concatenation along the channels. */
export function concat(parts: readonly Tensor[]): Tensor {
  return concatUpsampled(parts.map((x) => [x, 0] as const));
}

function channelOffsets(parts: readonly (readonly [Tensor, number])[]): number[] {
  let offset = 0;
  return parts.map(([x]) => {
    const start = offset;
    offset += x.imageShape.channels;
    return start;
  });
}

function fail(): never {
  throw new Error('concatUpsampled: needs at least one part');
}
