import { describe, expect, it } from 'vitest';
import { differenceOf, type RunTerms } from './agree.js';

const LEAD: RunTerms = {
  code: '0.1.0, aaaa',
  kernels: 'avx2, bbbb',
  config: new Map<string, unknown>([
    ['batch_size', 4],
    ['data.root', '/data/receipts'],
    ['data.cache_config.dir', '/fast'],
    ['optimizer.betas', [0.9, 0.999]],
  ]),
  images: { train: 10, val: 2 },
  labels: Uint32Array.of(7, 8, 9),
  weights: 'dddd',
  checkpoint: null,
};

const NAMES = ['a.jpg', 'b.jpg', 'c.jpg'];

const withSetting = (key: string, value: unknown) => new Map([...LEAD.config, [key, value]]);

describe('differenceOf', () => {
  it('finds none where only places and speeds differ', () => {
    const config = withSetting('data.root', '/mnt/receipts')
      .set('data.cache_config.dir', '/tmp')
      .set('runs_dir', 'x');
    expect(differenceOf({ ...LEAD, config }, LEAD, NAMES)).toBeUndefined();
  });

  it.each<[string, Partial<RunTerms>, RegExp]>([
    [
      'the program',
      { code: '0.1.1, eeee' },
      /^its program is another \(0\.1\.1, eeee instead of 0\.1\.0, aaaa\)/,
    ],
    ['the kernels', { kernels: 'avx512, bbbb' }, /^its kernels are others \(avx512, .* INKSTONE_ISA/],
    ['a setting', { config: withSetting('batch_size', 8) }, /^batch_size is 8 instead of 4; /],
    [
      'a list',
      { config: withSetting('optimizer.betas', [0.9]) },
      /^optimizer\.betas is \[0\.9\] instead of \[0\.9,0\.999\]/,
    ],
    ['a setting that is new', { config: withSetting('seed', 1) }, /^seed is 1 instead of not set/],
    [
      'the number of images',
      { images: { train: 9, val: 2 } },
      /^it has other images, 9 for training and 2 .* instead of 10/,
    ],
    [
      'the labels',
      { labels: Uint32Array.of(7, 6, 9) },
      /^where rank 0 has b\.jpg, it has another image, or other texts/,
    ],
    ['the checkpoint', { checkpoint: 'ffff' }, /^its checkpoint is another/],
    ['the first weights', { weights: 'ffff' }, /^it begins with other weights/],
  ])('names %s', (_, change, message) => {
    expect(differenceOf({ ...LEAD, ...change }, LEAD, NAMES)).toMatch(message);
  });
});
