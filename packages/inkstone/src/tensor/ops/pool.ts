/** Pooling. */
import { backend } from '../current.js';
import { record } from '../tape.js';
import { Tensor } from '../tensor.js';

/** Maximum over 3×3 windows, stride 2, padding 1: `[N, H, W, C]` → `[N, ⌈H/2⌉, ⌈W/2⌉, C]`. */
export function maxPool3x3(x: Tensor): Tensor {
  const shape = x.imageShape;
  const { batch, height, width, channels } = shape;
  const y = Tensor.empty([batch, Math.ceil(height / 2), Math.ceil(width / 2), channels], x.dtype);
  const indices = Tensor.empty(y.shape, 'uint8');
  backend().maxPool3x3(x.operand, shape, y.storage, indices.storage);
  record('maxPool3x3', y, [x], [indices], (dy) => {
    const dx = Tensor.empty(x.shape, x.dtype);
    backend().maxPool3x3Backward(dy.storage, indices.storage, shape, dx.storage);
    return [dx];
  });
  indices.dispose();
  return y;
}

/** Mean over the image: `[N, H, W, C]` → float32 `[N, 1, 1, C]`. */
export function globalAveragePool(x: Tensor): Tensor {
  const shape = x.imageShape;
  const y = Tensor.empty([shape.batch, 1, 1, shape.channels]);
  backend().globalAveragePool(x.operand, shape, y.storage);
  return record('globalAveragePool', y, [x], [], (dy) => {
    const dx = Tensor.empty(x.shape, x.dtype);
    backend().globalAveragePoolBackward(dy.storage, shape, dx.storage);
    return [dx];
  });
}
