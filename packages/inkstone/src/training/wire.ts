/** How gradients travel between ranks: as they are, or rounded to bfloat16, which halves the bytes. */
import { cast, Tensor, tidy } from '../tensor/index.js';

export type Wire = 'fp32' | 'bf16';

export function toWire(values: Float32Array, wire: Wire): Float32Array | Uint16Array {
  if (wire === 'fp32') return values;
  const rounded = tidy(() =>
    Float32Array.from(cast(Tensor.from(values, [values.length]), 'bfloat16').read()),
  );
  // A bfloat16 is the upper half of a float32.
  return Uint16Array.from(new Uint32Array(rounded.buffer), (bits) => bits >>> 16);
}

export function fromWire(row: Float32Array | Uint16Array): Float32Array {
  if (row instanceof Float32Array) return row;
  return new Float32Array(Uint32Array.from(row, (bits) => bits << 16).buffer);
}
