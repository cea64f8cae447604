import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from './printable.js';

describe('printable', () => {
  it.each([
    ['a\nb\r\nc\td.jpg', 'a\\nb\\r\\nc\\td.jpg'],
    ['\x1b[2J\x1b]0;owned\x07.png', '\\x1b[2J\\x1b]0;owned\\x07.png'],
    ['\u009b31m\u0000\u007f', '\\x9b31m\\x00\\x7f'],
    ['invoice\u202egnp.exe\u2066\u2028', 'invoice\\u202egnp.exe\\u2066\\u2028'],
    ['half \ud83d of a pair', 'half \\ud83d of a pair'],
  ])('writes out what is no letter: %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('leaves every script and sign as it is', () => {
    const text = 'C:\\scans\\Ärger 日本語 العربية עברית 👩‍💻 ½ "x".jpg';
    expect(printable(text)).toBe(text);
  });

  it('gives one line that stays as it is, whatever goes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = printable(text);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(printable(line)).toBe(line);
      }),
    );
  });
});
