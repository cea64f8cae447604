/** The way of a batch into the network. */
import { storageTypes } from '../autocast.js';
import { backend } from '../current.js';
import { describe, expectShape } from '../errors.js';
import { Tensor } from '../tensor.js';

/**
 * (image / 255 − mean) / std, in the storage type that autocast gives to activations.
 *
 * @param image uint8 `[N, H, W, 3]`
 * @param mean three means, of values 0…1
 * @param std three standard deviations, of values 0…1
 */
export function normalizeImage(image: Tensor, mean: readonly number[], std: readonly number[]): Tensor {
  expectShape(image.dtype === 'uint8' && image.imageShape.channels === 3, 'normalizeImage', () => {
    return `takes uint8 [N, H, W, 3], got ${describe(image)}`;
  });
  const y = Tensor.empty(image.shape, storageTypes().activations);
  backend().normalizeImage(image.storage, y.storage, mean, std);
  return y;
}

/** Target maps from bytes: float32 `bytes · scale`, e.g. scale 1/255 for a quantised threshold map. */
export function dequantize(bytes: Tensor, scale = 1): Tensor {
  expectShape(bytes.dtype === 'uint8', 'dequantize', () => `takes uint8, got ${describe(bytes)}`);
  const y = Tensor.empty(bytes.shape);
  backend().cast(bytes.storage, y.storage, scale, 0);
  return y;
}
