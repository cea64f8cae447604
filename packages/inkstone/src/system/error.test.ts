import { describe, expect, it } from 'vitest';
import { InkstoneError } from './error.js';

describe('InkstoneError', () => {
  it('has a line for each mistake, whatever stands in it', () => {
    expect(new InkstoneError(['a\nb', 'c\x1b[31m']).message).toBe('a\\nb\nc\\x1b[31m');
  });

  it('shows the beginning of a line that somebody filled with data', () => {
    const { message } = new InkstoneError(`x.jpg: ${'a'.repeat(1_000_000)}`);
    expect(message).toMatch(/^x\.jpg: a+…$/);
    expect(message.length).toBeLessThan(1100);
  });
});
