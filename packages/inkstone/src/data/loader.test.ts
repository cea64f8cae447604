/** Workers run compiled code: `npm run build` first. */
import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAD_RGB } from 'inkstone-detect';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeIcdar, writeImage } from '../../test/receipt-folder.js';
import type { LoadedBatch } from './batch.js';
import type { BatchShape } from './batch-builder.js';
import { DataWorkers } from './data-workers.js';
import { createDataset, type DatasetOptions } from './dataset.js';
import { DataLoader, type LoaderOptions } from './loader.js';
import type { DataOptionsInput } from './options.js';

const SHAPES = [
  [100, 150],
  [120, 90],
  [100, 200],
  [200, 100],
  [150, 150],
  [90, 180],
  [130, 170],
];

async function receipts(): Promise<string> {
  const root = temporaryFolder();
  const samples = SHAPES.map(([width, height], i) => ({ id: `r${i}`, width, height }));
  await writeIcdar(root, 'train', samples);
  await writeIcdar(root, 'val', samples);
  return root;
}

interface Setup extends Partial<LoaderOptions> {
  options?: Partial<DataOptionsInput>;
  dataset?: Partial<Omit<DatasetOptions, 'options'>>;
}

async function open(root: string, { options, dataset, ...loader }: Setup = {}): Promise<DataLoader> {
  const data = await createDataset({
    split: 'train',
    seed: 7,
    log: () => undefined,
    ...dataset,
    options: { root, size: 96, num_workers: 0, ...options },
  });
  return new DataLoader(data, { batchSize: 2, ...loader });
}

/** Everything that training can see of a batch. */
function digest({ ids, width, height, images, maps }: LoadedBatch): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([ids, width, height]))
    .update(images);
  for (const map of Object.values(maps ?? {})) hash.update(map);
  return hash.digest('hex');
}

async function digests(loader: DataLoader, epoch = 0, startBatch = 0): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of loader.epoch(epoch, startBatch)) found.push(digest(batch));
  await loader.close();
  return found;
}

describe('the same batches', () => {
  it('whatever the number of workers and the prefetching', async () => {
    const root = await receipts();
    const expected = await digests(await open(root));
    expect(expected).toHaveLength(4);
    for (const [num_workers, prefetch] of [
      [1, 1],
      [3, 5],
    ]) {
      expect(await digests(await open(root, { options: { num_workers, prefetch } }))).toEqual(expected);
    }
    expect(await digests(await open(root), 1)).not.toEqual(expected);
  });

  it('when an epoch is resumed in its middle, and after a loop was left early', async () => {
    const root = await receipts();
    const loader = await open(root, { options: { num_workers: 1 } });
    const expected = await digests(loader);
    expect(await digests(loader, 0, 2)).toEqual(expected.slice(2));
    for await (const batch of loader.epoch(0)) {
      expect(digest(batch)).toBe(expected[0]);
      break;
    }
    expect(await digests(loader)).toEqual(expected);
  });

  it('when loaders share their threads, and take turns in the middle of an epoch', async () => {
    const root = await receipts();
    const splits = ['train', 'val'] as const;
    const alone = [];
    for (const split of splits) alone.push(await digests(await open(root, { dataset: { split } })));
    const workers = new DataWorkers(1);
    const options = { num_workers: 1 };
    const [train, val] = [
      await open(root, { options, workers }),
      await open(root, { options, workers, dataset: { split: 'val' } }),
    ];
    const found: string[] = [];
    for await (const batch of train.epoch(0)) {
      found.push(digest(batch));
      const others: string[] = [];
      for await (const other of val.epoch(0)) others.push(digest(other));
      expect(others).toEqual(alone[1]);
    }
    expect(found).toEqual(alone[0]);
    await expect(open(root, { options, workers })).rejects.toThrow('would not learn of another');
    await val.close();
    expect(await digests(train)).toEqual(alone[0]);
  });

  it('when some are not wanted, which are not even prepared', async () => {
    const loader = await open(await receipts(), { options: { num_workers: 1 } });
    const expected = await digests(loader);
    const found: [number, string][] = [];
    for await (const batch of loader.epoch(0, 1, (index) => index % 2 === 1)) {
      found.push([batch.index, digest(batch)]);
    }
    await loader.close();
    expect(found).toEqual([
      [1, expected[1]],
      [3, expected[3]],
    ]);
  });

  it.each([0, 1])(
    'with the cache off, cold and warm, and with images preloaded (%i workers)',
    async (num_workers) => {
      const root = await receipts();
      // With flips alone all maps come from the cache; with scaling, half of them are made afresh.
      for (const scale of [0, 0.5]) {
        const augment = { rotate: { probability: 0 }, scale: { probability: scale } };
        const options = { num_workers, load_maps: true, augment };
        const expected = await digests(await open(root, { options }));
        const cache = { root: join(temporaryFolder(), 'cache'), cache_transformed_tensors: true };
        expect(await digests(await open(root, { options, dataset: { cache } }))).toEqual(expected);
        const warm = await open(root, { options, dataset: { cache } });
        expect(await digests(warm)).toEqual(expected);
        expect(warm.dataset.cache!.getCacheHealth().cacheMisses).toBe(0);
        const preloaded = await open(root, { options: { ...options, preload_images: true } });
        expect(await digests(preloaded)).toEqual(expected);
      }
    },
  );
});

describe('a batch', () => {
  it('has images at the top left, padding of one colour, background maps in the padding, and honest geometry', async () => {
    const root = await receipts();
    const loader = await open(root, { dataset: { split: 'val' }, batchSize: 4 });
    for await (const { images, maps, width, height, samples } of loader.epoch(0)) {
      expect([width % 32, height % 32]).toEqual([0, 0]);
      samples.forEach((sample, n) => {
        expect(sample.scale).toBeCloseTo(96 / Math.max(sample.originalWidth, sample.originalHeight), 9);
        const at = (x: number, y: number) => (n * height + y) * width + x;
        const rgb = (x: number, y: number) => [...images.subarray(3 * at(x, y), 3 * at(x, y) + 3)];
        // The text is dark and its kernel is in the middle of it: from (20, 20) to (80, 40) in the original.
        const [x, y] = [Math.floor(50 * sample.scale), Math.floor(30 * sample.scale)];
        expect(Math.max(...rgb(x, y))).toBeLessThan(60);
        expect(maps!.probability[at(x, y)]).toBe(1);
        expect(Math.min(...rgb(sample.width - 2, sample.height - 2))).toBeGreaterThan(200);
        if (sample.width === width) return;
        expect(rgb(width - 1, height - 1)).toEqual([...PAD_RGB]);
        expect(maps!.probabilityMask[at(width - 1, 0)]).toBe(1);
        expect(maps!.thresholdMask[at(width - 1, 0)]).toBe(0);
      });
    }
  });

  it('pad=square is size × size', async () => {
    const loader = await open(await receipts(), { options: { pad: 'square', augment: { enabled: false } } });
    for await (const { width, height } of loader.epoch(0)) expect([width, height]).toEqual([96, 96]);
  });

  it('belongs to the consumer until the next one is asked for, or until release', async () => {
    const loader = await open(await receipts(), { options: { num_workers: 1, prefetch: 1 } });
    const buffers = new Set<ArrayBufferLike>();
    for await (const batch of loader.epoch(0)) {
      const before = digest(batch);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(digest(batch)).toBe(before);
      buffers.add(batch.images.buffer);
      batch.release();
      batch.release();
    }
    expect(buffers.size).toBeLessThanOrEqual(2);
    await loader.close();
  });

  it('tells how long it took and how long it was waited for', async () => {
    const loader = await open(await receipts());
    const started = performance.now();
    const timings: { prepare: number; wait: number }[] = [];
    for await (const { timing } of loader.epoch(0)) timings.push(timing);
    const elapsed = performance.now() - started;
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const prepared = sum(timings.map(({ prepare }) => prepare));
    const waited = sum(timings.map(({ wait }) => wait));
    // Nobody did anything but wait, and this thread prepared one batch after the other.
    expect(waited).toBeLessThanOrEqual(elapsed);
    expect(waited).toBeGreaterThan(0.5 * elapsed);
    expect(prepared).toBeLessThanOrEqual(elapsed);
    expect(prepared).toBeGreaterThan(0.5 * waited);
  });
});

describe('bad input', () => {
  const truncate = (path: string) => truncateSync(path, readFileSync(path).length - 100);

  it.each([0, 1])(
    'a truncated JPEG ends the epoch with its name, or is left out and counted (%i workers)',
    async (num_workers) => {
      const root = await receipts();
      truncate(join(root, 'train/images/r3.jpg'));
      const failing = await open(root, { options: { num_workers } });
      await expect(digests(failing)).rejects.toThrow(/r3\.jpg: the image is truncated or damaged/);
      await failing.close();

      const skipping = await open(root, { options: { num_workers, on_error: 'skip', max_skipped: 1 } });
      for (const epoch of [0, 1]) {
        const ids: string[] = [];
        for await (const batch of skipping.epoch(epoch)) ids.push(...batch.ids);
        expect(ids.sort()).toEqual(['r0', 'r1', 'r2', 'r4', 'r5', 'r6']);
      }
      expect(skipping.dataset.skipped).toMatchObject([{ path: join(root, 'train/images/r3.jpg') }]);
      await skipping.close();
    },
  );

  it('warming a cache names a damaged file, or leaves it out and warms the rest', async () => {
    const root = await receipts();
    truncate(join(root, 'train/images/r3.jpg'));
    const dataset = { cache: { root: temporaryFolder() } };
    const indices = [...SHAPES.keys()];
    const failing = (await open(root, { dataset })).dataset;
    await expect(failing.warm(indices)).rejects.toThrow(/r3\.jpg: the image is truncated or damaged/);
    const skipping = (await open(root, { dataset, options: { on_error: 'skip', max_skipped: 1 } })).dataset;
    let done = 0;
    await skipping.warm(indices, () => done++);
    expect(done).toBe(indices.length);
    expect(skipping.cache!.getCacheHealth().levels.image.disk.entries).toBe(indices.length - 1);
  });

  it('a batch all of whose files are damaged is passed over', async () => {
    const root = await receipts();
    for (const i of SHAPES.keys()) if (i < 6) truncate(join(root, `val/images/r${i}.jpg`));
    const loader = await open(root, {
      options: { on_error: 'skip', max_skipped: 1 },
      dataset: { split: 'val' },
    });
    const ids: string[][] = [];
    for await (const batch of loader.epoch(0)) ids.push(batch.ids);
    expect(ids).toEqual([['r6']]);
  });

  it('empty files, text files and texts outside the image are found before training starts', async () => {
    const root = await receipts();
    const outside = '300,20,380,20,380,40,300,40,FAR';
    writeFileSync(join(root, 'train/gt/r0.txt'), `20,20,80,20,80,40,20,40,TOTAL\n${outside}\n`);
    await expect(open(root)).rejects.toThrow(
      /r0\.txt:2: the text "FAR" \(x 300 to 380, .* lies outside its 100 × 150 image r0$/,
    );
    writeFileSync(join(root, 'train/images/r1.jpg'), '');
    writeFileSync(join(root, 'train/images/r2.jpg'), 'hello');
    const { dataset } = await open(root, { options: { on_error: 'skip', max_skipped: 1 } });
    expect(dataset.samples.map(({ id }) => id)).toEqual(['r0', 'r3', 'r4', 'r5', 'r6']);
    expect(dataset.samples[0].instances).toHaveLength(1);
    expect(dataset.skipped.map(({ message }) => message)).toEqual([
      expect.stringContaining('lies outside'),
      'the image file is empty',
      expect.stringContaining('is not an image'),
    ]);
  });

  it('texts that stick out are moved onto the edge and counted', async () => {
    const root = await receipts();
    writeFileSync(join(root, 'train/gt/r0.txt'), '-5,20,80,20,80,40,-5,40,TOTAL');
    const { dataset } = await open(root);
    expect(dataset.clamped).toBe(1);
    expect(dataset.samples[0].instances[0].polygon[0]).toEqual([0, 20]);
  });

  it('when nothing is left, that is an error even if problems are skipped', async () => {
    const root = temporaryFolder();
    await writeIcdar(root, 'train', [{ id: 'a', width: 100, height: 50 }]);
    writeFileSync(join(root, 'train/images/a.jpg'), '');
    await expect(
      open(root, { options: { on_error: 'skip', max_skipped: 1, val_fraction: 0 } }),
    ).rejects.toThrow(
      /no usable train sample; the most common of 1 reasons:\n1 × the image file is empty \(first: .*a\.jpg\)$/,
    );
  });
});

describe('the cache', () => {
  it('a touched image or label costs that sample alone', async () => {
    const root = await receipts();
    const cache = { root: join(temporaryFolder(), 'cache'), cache_transformed_tensors: true };
    const setup = { options: { load_maps: true }, dataset: { cache, split: 'val' as const } };
    const misses = async () => {
      const loader = await open(root, setup);
      await digests(loader);
      const { levels } = loader.dataset.cache!.getCacheHealth();
      return [levels.image.misses, levels.tensor.misses, levels.maps.misses];
    };
    expect(await misses()).toEqual([7, 7, 7]);
    expect(await misses()).toEqual([0, 0, 0]);
    writeFileSync(join(root, 'val/gt/r2.txt'), '20,20,80,20,80,41,20,41,TOTAL');
    expect(await misses()).toEqual([0, 0, 1]);
    utimesSync(join(root, 'val/images/r3.jpg'), 1, 1);
    expect(await misses()).toEqual([1, 1, 1]);
    await writeImage(join(root, 'val/images/r4.jpg'), 140, 160);
    expect(await misses()).toEqual([1, 1, 1]);
    // Another transcript changes no polygon, and so no map.
    writeFileSync(join(root, 'val/gt/r2.txt'), '20,20,80,20,80,41,20,41,OTHER');
    expect(await misses()).toEqual([0, 0, 0]);
  });

  it('target parameters and size change the fingerprint, random transforms and workers do not', async () => {
    const root = await receipts();
    const describe = async (options: Partial<DataOptionsInput>) =>
      JSON.stringify((await open(root, { options })).dataset.describePipeline());
    const base = await describe({});
    for (const options of [
      { num_workers: 2, prefetch: 4 },
      { augment: { flip: { probability: 1 } } },
      { pad: 'square' as const, on_error: 'skip' as const },
    ]) {
      expect(await describe(options)).toBe(base);
    }
    for (const options of [
      { size: 128 },
      { targets: { shrink_ratio: 0.5 } },
      { augment: { source_scale: 1.5 } },
    ]) {
      expect(await describe(options)).not.toBe(base);
    }
  });
});

describe('a worker that ends', () => {
  const shape: BatchShape = { maxSide: 96, pad: 'square', maps: false };

  it.each([
    [
      'process.exit(9)',
      /^Data worker 0 ended \(exit code 9\) while it prepared a, b\. Set data\.num_workers=0/,
    ],
    ["throw new Error('no luck')", /^Data worker 0 ended \(no luck\) while it prepared a, b/],
  ])('%s: every waiting batch fails with what happened', async (crash, message) => {
    const file = join(temporaryFolder(), 'worker.mjs');
    writeFileSync(
      file,
      `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { ${crash}; });`,
    );
    const setup = { settings: {} as never, preloaded: new Map(), batches: { slots: [], shape } };
    const pool = new DataWorkers(1, file).for(setup);
    const members = ['a', 'b'].map((id, index) => ({ index, sample: { id } as never }));
    const task = { epoch: 0, index: 0, members, slot: 0 };
    const results = await Promise.allSettled([pool.make(task), pool.make({ ...task, index: 1 })]);
    for (const result of results)
      expect(result).toMatchObject({
        reason: { name: 'LoaderError', message: expect.stringMatching(message) },
      });
    await expect(pool.make(task)).rejects.toThrow(message);
    await pool.close();
  });
});
