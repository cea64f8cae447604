import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPattern } from './patterns.js';

describe('matchesPattern', () => {
  it.each([
    ['head.thresh.conv1.weight', 'head.thresh.*', true],
    ['head.thresh', 'head.thresh.*', false],
    ['backbone.blocks2.0.dw_conv.lab.scale', '*.lab.*', true],
    ['backbone.conv1.conv.weight', '*.lab.*', false],
    ['aba', 'a*a', true],
    ['a', 'a*a', false],
    ['abcabc', '*abc', true],
    ['encoder', 'encoder', true],
    ['encoder2', 'encoder', false],
    ['anything', '*', true],
  ])('%s, %s: %s', (name, pattern, expected) => {
    expect(matchesPattern(name, pattern)).toBe(expected);
  });

  it('agrees with the regular expression of the same meaning', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (text, pattern) => {
        const name = text.replaceAll('*', 'c');
        const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replace(/\*+/g, '.*')}$`);
        expect(matchesPattern(name, pattern)).toBe(expression.test(name));
      }),
    );
  });
});
