import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeIcdar } from '../../test/receipt-folder.js';
import { type CacheOptionsInput, cacheOptionsSchema, previewCache } from './cache.js';
import { cacheHealthJson, cacheVersion, initialLines } from './cache-report.js';
import { createDataset, type Dataset, type DatasetOptions } from './dataset.js';

const flags = (tensors: boolean, images: boolean, maps: boolean) => ({
  cache_transformed_tensors: tensors,
  cache_images: images,
  cache_maps: maps,
});

it.each([
  ['everything on', flags(true, true, true), true, 'e88150e7'],
  ['images only', flags(false, true, false), false, '492b4ad6'],
  ['tensors and images, maps loaded', flags(true, true, false), true, 'bc61bebf'],
  ['everything off', flags(false, false, false), false, '27ec66c4'],
])('the version of the original: %s', (_, config, loadMaps, version) => {
  expect(cacheVersion(config, loadMaps)).toBe(version);
});

it('the lines at the start of a run', () => {
  expect(initialLines(flags(true, true, true), true)).toEqual([
    '[INFO] Cache initialized with version: e88150e7',
    '[INFO] Cache config: tensor=true, images=true, maps=true, load_maps=true',
  ]);
});

it('the fingerprint of a configuration is what it was when the cache knew the levels by itself', () => {
  const { fingerprint } = previewCache(cacheOptionsSchema.parse({ root: join(tmpdir(), 'no-cache') }), {
    scope: 'receipts/train',
    description: { transforms: [{ name: 'resize', size: 640 }] },
    samples: [],
    loadMaps: true,
  });
  expect(fingerprint).toBe('aa588adf5d1767f7');
});

describe('the cache of a dataset', () => {
  let folder: string;
  let lines: string[];

  beforeEach(async () => {
    folder = fs.mkdtempSync(join(tmpdir(), 'data-cache-'));
    lines = [];
    const samples = [64, 72, 80, 88].map((height, i) => ({ id: `r${i}`, width: 96, height }));
    await writeIcdar(join(folder, 'data'), 'train', samples);
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const open = (cache: CacheOptionsInput = {}, more: Partial<DatasetOptions> = {}): Promise<Dataset> =>
    createDataset({
      options: { root: join(folder, 'data'), size: 64, load_maps: true, val_fraction: 0 },
      split: 'train',
      log: (line) => lines.push(line),
      ...more,
      cache: { root: join(folder, 'cache'), cache_transformed_tensors: true, ...cache },
    });

  async function read(dataset: Dataset): Promise<void> {
    for (const i of dataset.samples.keys()) await dataset.reader.warm(dataset.samples[i]);
  }

  it('has a health report of the shape that users know', async () => {
    const dataset = await open();
    await read(dataset);
    await read(dataset);
    lines = [];
    dataset.logCacheHealth((line) => lines.push(line));
    expect(lines).toEqual([
      '='.repeat(60),
      'CACHE HEALTH REPORT',
      '='.repeat(60),
      'Cache Version: e88150e7',
      'Image Cache: 4 entries',
      'Tensor Cache: 4 entries',
      'Maps Cache: 4 entries',
      'Total Entries: 12',
      '-'.repeat(60),
      'Cache Hits: 8',
      'Cache Misses: 12',
      'Hit Rate: 40.0%',
      '-'.repeat(60),
      'Configuration:',
      '  cache_images: true',
      '  cache_maps: true',
      '  cache_transformed_tensors: true',
      '='.repeat(60),
    ]);
  });

  it("gives its health under the original's names and leaves it beside the entries", async () => {
    const dataset = await open({ cache_images: false, compression: { tensor: 'zstd' } });
    await read(dataset);
    const expected = {
      cache_version: 'cacbfb50',
      image_cache_size: 0,
      tensor_cache_size: 4,
      maps_cache_size: 4,
      total_cache_entries: 8,
      cache_hits: 0,
      cache_misses: 8,
      total_accesses: 8,
      hit_rate_percent: 0,
      load_maps: true,
      config: {
        cache_images: false,
        cache_maps: true,
        cache_transformed_tensors: true,
        compression: { image: 'none', tensor: 'zstd', maps: 'lz4' },
        keep_versions: 1,
        root: join(folder, 'cache'),
      },
    };
    expect(cacheHealthJson(dataset.cache!)).toMatchObject(expected);
    dataset.closeCache();
    const file = join(folder, 'cache/v1', dataset.cache!.fingerprint, 'health.json');
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toMatchObject(expected);
  });

  it('asks for no image whose tensor is there', async () => {
    const dataset = await open();
    await read(dataset);
    const [sample] = dataset.samples;
    const states = () => dataset.cacheEntries(sample).map(({ level, state }) => `${level} ${state}`);
    expect(states()).toEqual(['image valid', 'tensor valid', 'maps valid']);
    await dataset.cache!.clear('image');
    expect(states()).toEqual(['tensor valid', 'maps valid']);
    await dataset.cache!.clear('tensor');
    expect(states()).toEqual(['image absent', 'tensor absent', 'maps valid']);
  });

  it('is only looked at when that is all that is wanted', async () => {
    await read(await open());
    const before = fs.readdirSync(join(folder, 'cache'), { recursive: true });
    lines = [];
    const dataset = await open({ cache_maps: false }, { previewCache: true });
    expect(dataset.cache!.exists).toBe(false);
    expect(dataset.cache!.changes).toEqual(['cache_maps true → false']);
    expect(dataset.cacheEntries(dataset.samples[0]).map(({ level }) => level)).toEqual(['image', 'tensor']);
    expect(fs.readdirSync(join(folder, 'cache'), { recursive: true })).toEqual(before);
    expect(lines.filter((line) => line.includes('Cache'))).toEqual([]);
  });
});
