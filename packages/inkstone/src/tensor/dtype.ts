/**
 * Storage types: what a tensor's elements are in memory. Arithmetic is fp32 (float64 in the reference backend). float64 is
 * for single numbers that many others add up to, such as the norms of a step; no operation takes it.
 */
export type DType = 'float32' | 'float16' | 'bfloat16' | 'uint8' | 'float64';

export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  uint8: 1,
  float64: 8,
};

/** A block of memory that belongs to a backend. Freed by `Backend.free`, exactly once. */
export interface Storage {
  readonly dtype: DType;
  /** Number of elements. */
  readonly length: number;
}
