import { describe, expect, it } from 'vitest';
import { differences, leaves } from './settings.js';

describe('settings', () => {
  it('are listed by their path, lists and empty groups whole', () => {
    const tree = { a: 1, b: { c: 'x', d: { e: null } }, f: [1, 2], g: {} };
    expect([...leaves(tree)]).toEqual([
      ['a', '1'],
      ['b.c', 'x'],
      ['b.d.e', 'null'],
      ['f', '[1,2]'],
      ['g', '{}'],
    ]);
  });

  it('differ where one run has another value, or none', () => {
    const [one, other] = [
      { a: 1, b: { c: 2 }, same: 0 },
      { a: 1, b: { c: 3 }, d: 4, same: 0 },
    ];
    expect(differences([one, other])).toEqual([
      ['b.c', ['2', '3']],
      ['d', [undefined, '4']],
    ]);
    expect(differences([one, one])).toEqual([]);
  });
});
