/** The middle value, of an even number the upper of the two; undefined when there is none. Leaves `values` as they are. */
export function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** NaN when there is none. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The values a quarter and three quarters up the order, by nearest rank; there must be one. */
export function quartiles(values: readonly number[]): readonly [lower: number, upper: number] {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
  return [rank(0.25), rank(0.75)];
}
