import { describe, expect, it } from 'vitest';
import { InkstoneError } from './error.js';

describe('InkstoneError', () => {
  it('has a line for each mistake, whatever stands in it', () => {
    expect(new InkstoneError(['a\nb', 'c\x1b[31m']).message).toBe('a\\nb\nc\\x1b[31m');
  });

  it('shows both ends of a line that somebody filled with data: what is at fault, and what to do', () => {
    const { message } = new InkstoneError(`x.jpg: ${'a'.repeat(1_000_000)} is too long; shorten it`);
    expect(message).toMatch(/^x\.jpg: a+…a+ is too long; shorten it$/);
    expect(message.length).toBeLessThan(1100);
  });
});
