/** Pictures that are exchanged while a dataset fills its cache: nobody ever reads one picture under another one's name. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeIcdar, writeImage } from '../../test/receipt-folder.js';
import { createDataset, type Dataset } from './dataset.js';

const MODES = ['stat', 'content'] as const;

async function open(folder: string, fingerprint: 'stat' | 'content', cached = true): Promise<Dataset> {
  return createDataset({
    options: { root: join(folder, 'data'), size: 64, load_maps: true, val_fraction: 0 },
    split: 'train',
    augment: false,
    log: () => {},
    ...(cached && {
      cache: { root: join(folder, 'cache'), cache_transformed_tensors: true, fingerprint },
    }),
  });
}

/** A digest of each sample. */
async function readAll(dataset: Dataset): Promise<string[]> {
  const samples = await Promise.all(dataset.samples.map((_, i) => dataset.sample(i)));
  return samples.map(({ image, maps }) => {
    const hash = createHash('sha256');
    for (const bytes of [image.data, ...Object.values(maps!)]) hash.update(bytes);
    return `${image.width} × ${image.height} ${hash.digest('hex')}`;
  });
}

const picture = (folder: string, id: string) => join(folder, 'data/train/images', `${id}.jpg`);

/** Two pictures whose files take the same place on disk, at the same time. */
async function makeData(folder: string): Promise<void> {
  await writeIcdar(join(folder, 'data'), 'train', [
    { id: 'a', width: 96, height: 64 },
    { id: 'b', width: 96, height: 64 },
  ]);
  await writeImage(picture(folder, 'b'), 96, 80);
  const [a, b] = ['a', 'b'].map((id) => fs.readFileSync(picture(folder, id)));
  const size = Math.max(a!.length, b!.length);
  for (const [id, bytes] of [
    ['a', a!],
    ['b', b!],
  ] as const) {
    // What follows a JPEG's end is read by nobody.
    fs.writeFileSync(picture(folder, id), Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]));
    fs.utimesSync(picture(folder, id), 1000, 1000);
  }
}

function swap(folder: string): void {
  const [a, b] = ['a', 'b'].map((id) => picture(folder, id));
  fs.renameSync(a!, `${a}.aside`);
  fs.renameSync(b!, a!);
  fs.renameSync(`${a}.aside`, b!);
}

describe.each(MODES)('pictures exchanged under a dataset (%s)', (mode) => {
  it('after it was opened: none is kept under a wrong name', async () => {
    const folder = temporaryFolder();
    await makeData(folder);
    const dataset = await open(folder, mode);
    swap(folder);
    const read = await readAll(dataset);
    expect(read).toEqual(await readAll(dataset));
    expect(dataset.cache!.getCacheHealth().totalCacheEntries).toBe(0);
    const truth = await readAll(await open(folder, mode, false));
    expect(await readAll(await open(folder, mode))).toEqual(truth);
  });

  it('and exchanged back: what was made in between is not kept', async () => {
    const folder = temporaryFolder();
    await makeData(folder);
    const truth = await readAll(await open(folder, mode, false));
    const dataset = await open(folder, mode);
    swap(folder);
    await readAll(dataset);
    swap(folder);
    expect(await readAll(await open(folder, mode))).toEqual(truth);
  });

  it('between two runs: the later one reads what is there', async () => {
    const folder = temporaryFolder();
    await makeData(folder);
    const before = await readAll(await open(folder, mode));
    swap(folder);
    const truth = await readAll(await open(folder, mode, false));
    expect(await readAll(await open(folder, mode))).toEqual(truth);
    expect(truth).not.toEqual(before);
  });
});

it('a folder of pictures that is a link pointed elsewhere while the cache fills', async () => {
  const folder = temporaryFolder();
  await makeData(folder);
  const images = join(folder, 'data/train/images');
  const [first, second] = ['first', 'second'].map((name) => join(folder, name));
  fs.renameSync(images, first!);
  fs.mkdirSync(second!);
  fs.copyFileSync(join(first!, 'a.jpg'), join(second!, 'b.jpg'));
  fs.copyFileSync(join(first!, 'b.jpg'), join(second!, 'a.jpg'));
  for (const id of ['a', 'b']) fs.utimesSync(join(second!, `${id}.jpg`), 1000, 1000);
  fs.symlinkSync(first!, images);
  const truth = await readAll(await open(folder, 'stat', false));
  const pointTo = (target: string) => {
    fs.unlinkSync(images);
    fs.symlinkSync(target, images);
  };
  const dataset = await open(folder, 'stat');
  pointTo(second!);
  await readAll(dataset);
  pointTo(first!);
  expect(await readAll(await open(folder, 'stat'))).toEqual(truth);
});

it('a picture that goes away while the cache fills ends in a line that names it', async () => {
  const folder = temporaryFolder();
  await makeData(folder);
  const dataset = await open(folder, 'stat');
  fs.unlinkSync(picture(folder, 'a'));
  await expect(dataset.sample(0)).rejects.toThrow(/a\.jpg: cannot read the image: it does not exist/);
});
