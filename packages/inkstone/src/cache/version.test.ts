import { expect, test } from 'vitest';
import { getCacheVersion, initialLines } from './version.js';

const flags = (tensors: boolean, images: boolean, maps: boolean) => ({
  cache_transformed_tensors: tensors,
  cache_images: images,
  cache_maps: maps,
});

test.each([
  ['everything on', flags(true, true, true), true, 'e88150e7'],
  ['images only', flags(false, true, false), false, '492b4ad6'],
  ['tensors and images, maps loaded', flags(true, true, false), true, 'bc61bebf'],
  ['everything off', flags(false, false, false), false, '27ec66c4'],
])('the version of the original: %s', (_, config, loadMaps, version) => {
  expect(getCacheVersion(config, { loadMaps })).toBe(version);
});

test('the lines at the start of a run', () => {
  expect(initialLines(flags(true, true, true), { loadMaps: true })).toEqual([
    '[INFO] Cache initialized with version: e88150e7',
    '[INFO] Cache config: tensor=true, images=true, maps=true, load_maps=true',
  ]);
});
