/** Storage types: what a tensor's elements are in memory. Arithmetic is fp32 (float64 in the reference backend). */
export type DType = 'float32' | 'float16' | 'bfloat16' | 'uint8';

export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  uint8: 1,
};
