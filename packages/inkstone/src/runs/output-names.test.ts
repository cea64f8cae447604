import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputNames } from './output-names.js';

describe('outputNames', () => {
  it('is the file name without its suffix for pictures of one folder', () => {
    expect(outputNames(['scans/1.jpg', './scans/2.TIF'])).toEqual([
      { image: '1.jpg', stem: '1' },
      { image: '2.TIF', stem: '2' },
    ]);
    expect(outputNames([])).toEqual([]);
  });

  it('keeps the folders below the one that all share, and suffixes where pictures are alike without', () => {
    expect(outputNames(['in/a/x.png', 'in/b/x.png', 'in/y.png']).map(({ stem }) => stem)).toEqual([
      'a/x',
      'b/x',
      'y',
    ]);
    expect(outputNames(['in/x.png', 'in/x.jpg', 'in/y.png']).map(({ stem }) => stem)).toEqual([
      'x.png',
      'x.jpg',
      'y.png',
    ]);
    expect(outputNames(['/in/..x/a.png', '/in/b.png']).map(({ image }) => image)).toEqual([
      '..x/a.png',
      'b.png',
    ]);
  });

  it('never gives two pictures one name', () => {
    const name = fc.constantFrom('x', 'x.png', 'y', '.x', '..y');
    const path = fc
      .tuple(fc.array(name, { maxLength: 2 }), name, fc.constantFrom('.png', '.jpg', ''))
      .map(([folders, stem, suffix]) => [...folders, stem + suffix].join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 6 }), (paths) => {
        const names = outputNames(paths);
        expect(new Set(names.map(({ stem }) => stem)).size).toBe(paths.length);
        expect(new Set(names.map(({ image }) => image)).size).toBe(paths.length);
      }),
    );
  });
});
