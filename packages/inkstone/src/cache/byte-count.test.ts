import { describe, expect, it } from 'vitest';
import { byteCountSchema } from './byte-count.js';

describe('byteCountSchema', () => {
  it.each([
    [0, 0],
    [123, 123],
    ['123', 123],
    ['5B', 5],
    ['10k', 1e4],
    ['10K', 1e4],
    ['10kB', 1e4],
    ['10KiB', 10 * 1024],
    ['500MB', 5e8],
    ['500 MB', 5e8],
    ['500mb', 5e8],
    ['1.5MiB', 1.5 * 2 ** 20],
    ['20GB', 2e10],
    ['20GiB', 20 * 2 ** 30],
    ['20G', 2e10],
    ['20Gi', 20 * 2 ** 30],
    ['2TB', 2e12],
  ])('reads %s', (typed, count) => {
    expect(byteCountSchema.parse(typed)).toBe(count);
  });

  it.each(['', 'MB', '5 apples', '-1', '-1MB', '1e3MB', '5PB', '1,5MB', '9'.repeat(100_000), -1, 1.5, null])(
    'refuses %.20s',
    (typed) => {
      expect(byteCountSchema.safeParse(typed).success).toBe(false);
    },
  );
});
