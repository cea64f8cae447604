/** What unusable files and lines mean for a data set: named together, ignored in their place, or too many to go on. */
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FolderSample, temporaryFolder, writeIcdar } from '../../test/receipt-folder.js';
import { createDataset } from './dataset.js';
import { DataLoader } from './loader.js';
import { type DataOptionsInput, datasetSchema } from './options.js';

const GOOD = '20,20,80,20,80,40,20,40,TOTAL';
const CROSSED = '20,50,80,60,80,50,20,60,CROSSED';
const RECTANGLE = '20,20,80,40,TOTAL';
const sample = (id: string, ...lines: string[]): FolderSample => ({ id, width: 100, height: 80, lines });

async function folder(...samples: FolderSample[]): Promise<string> {
  const root = temporaryFolder();
  await writeIcdar(root, 'train', samples);
  await writeIcdar(root, 'val', [sample('v', GOOD)]);
  return root;
}

const open = (root: string, options: Partial<DataOptionsInput> = {}, log: string[] = []) =>
  createDataset({ options: { root, size: 96, ...options }, split: 'train', log: (line) => log.push(line) });
const skipping = (root: string, max_skipped?: number) =>
  open(root, { on_error: 'skip', ...(max_skipped !== undefined && { max_skipped }) });

describe('unusable lines under on_error=skip', () => {
  it('are ignored where their place can be read, never background', async () => {
    const root = await folder(sample('a', GOOD, CROSSED));
    const { samples, skipped } = await skipping(root, 1);
    expect(samples[0].instances).toMatchObject([
      { transcript: 'TOTAL', ignore: false },
      { ignore: true, line: 2 },
    ]);
    expect(samples[0].instances[1].polygon).toEqual([
      [20, 50],
      [80, 50],
      [80, 60],
      [20, 60],
    ]);
    expect(skipped).toMatchObject([{ line: 2, ignored: true }]);
  });

  it.each([
    ['four numbers', RECTANGLE],
    ['a polygon without area', '20,50,80,50,50,50,30,50,LINE'],
    ['no numbers', 'hello'],
  ])('with %s cost their image, because nobody knows where the text is', async (_, line) => {
    const root = await folder(sample('a', GOOD), sample('b', GOOD, line));
    const { samples, skipped } = await skipping(root, 1);
    expect(samples.map(({ id }) => id)).toEqual(['a']);
    expect(skipped).toMatchObject([{ line: 2, image: 'b', ignored: false }]);
  });

  it('stop the call when they are more than max_skipped, with the most common reasons', async () => {
    const rectangles = Array.from({ length: 4 }, (_, i) => sample(`r${i}`, RECTANGLE, '1,2,3,4,B'));
    const root = await folder(...rectangles, sample('g', GOOD), sample('h', GOOD));
    writeFileSync(join(root, 'train/images/h.jpg'), '');
    await expect(skipping(root)).rejects.toThrow(
      /: 5 of 6 train images are unusable: more than data\.max_skipped=0\.05 allows; the most common reasons:\n8 × a line is not x1,y1,…,x4,y4,transcript; four numbers look like a rectangle.* \(first: .*r0\.txt:1\)\n1 × the image file is empty \(first: .*h\.jpg\)$/,
    );
    expect((await skipping(root, 0.84)).length).toBe(1);
  });

  it('count as a share of the texts where only texts are lost', async () => {
    const root = await folder(sample('a', GOOD, CROSSED), sample('b', GOOD, GOOD));
    await expect(skipping(root, 0.2)).rejects.toThrow(
      /0 of 2 train images .* and 1 of 4 texts of the others/,
    );
    expect((await skipping(root, 0.25)).length).toBe(2);
  });

  it('never move another sample to the other side of the split', async () => {
    const root = temporaryFolder();
    const ids = Array.from({ length: 20 }, (_, i) => `s${i}`);
    const idsOf = async () => {
      const options = { val_fraction: 0.3, on_error: 'skip' as const, max_skipped: 1 };
      return (await open(root, options)).samples.map(({ id }) => id);
    };
    await writeIcdar(
      root,
      '.',
      ids.map((id) => sample(id, GOOD)),
    );
    const before = await idsOf();
    writeFileSync(join(root, `gt/${before[0]}.txt`), 'hello');
    expect(await idsOf()).toEqual(before.slice(1));
  });
});

describe('pictures that turn out damaged in training', () => {
  it('stop it when they are more than max_skipped', async () => {
    const root = await folder(...['a', 'b', 'c', 'd'].map((id) => sample(id, GOOD)));
    for (const id of ['a', 'b']) {
      const file = join(root, `train/images/${id}.jpg`);
      truncateSync(file, statSync(file).size / 2);
    }
    const epoch = async (max_skipped: number) => {
      const dataset = await open(root, { on_error: 'skip', max_skipped, num_workers: 0 });
      const ids: string[] = [];
      for await (const batch of new DataLoader(dataset, { batchSize: 1 }).epoch(0)) ids.push(...batch.ids);
      return ids.sort();
    };
    await expect(epoch(0.3)).rejects.toThrow(
      /2 of 4 train images are unusable: more than data\.max_skipped=0\.3/,
    );
    expect(await epoch(0.5)).toEqual(['c', 'd']);
  });
});

describe('batches', () => {
  it('that no machine has the memory for are refused before it is taken', async () => {
    const dataset = await open(await folder(sample('a', GOOD)), { size: 8192, prefetch: 64 });
    expect(() => new DataLoader(dataset, { batchSize: 4096 })).toThrow(
      /^batches of 4096 samples of 8192 × 8192 pixels, prepared ahead, need [\d.]+ TB .*: lower batch_size, data\.size/,
    );
  });

  it.each([
    [{ prefetch: 1_000_000 }, 64],
    [{ num_workers: 1_000_000 }, 64],
    [{ size: 3_200_000 }, 8192],
    [{ augment: { crop: { size: 3_200_000 } } }, 8192],
    [{ augment: { source_scale: 1e9 } }, 8],
    [{ augment: { scale: { max: 1e9 } } }, 16],
    [{ augment: { blur: { max_sigma: 1e9 } } }, 100],
    [{ synthetic: { size: 3_200_000 } }, 8192],
    [{ synthetic: { train_count: 1e9 } }, 100_000],
  ])('and what is prepared for them: %j', (options, limit) => {
    expect(datasetSchema.safeParse({ root: 'data', ...options }).error?.issues).toMatchObject([
      { code: 'too_big', maximum: limit },
    ]);
  });
});

describe('unusable files and lines under on_error=fail', () => {
  it('are named together, the first ten and how many', async () => {
    const root = await folder(...Array.from({ length: 12 }, (_, i) => sample(`s${10 + i}`, GOOD, RECTANGLE)));
    const error: Error = await open(root).catch((thrown) => thrown);
    const lines = error.message.split('\n');
    expect(lines).toHaveLength(12);
    expect(lines[0]).toMatch(/: 12 files or lines are unusable; .*data\.on_error=skip:$/);
    expect(lines[1]).toMatch(/s10\.txt:2: expected x1,y1,…,x4,y4,transcript, found 5 fields: .*rectangle/);
    expect(lines[11]).toBe('… and 2 more');
  });

  it('labels and pictures alike', async () => {
    const root = await folder(sample('a', RECTANGLE), sample('b', GOOD), sample('c', GOOD));
    writeFileSync(join(root, 'train/images/b.jpg'), '');
    await expect(open(root)).rejects.toThrow(
      /: 2 files or lines .*\n.*a\.txt:1: .*\n.*b\.jpg: the image file is empty$/,
    );
  });
});

describe('a data set', () => {
  it('says what was read, and from where', async () => {
    const root = await folder(
      sample('a', GOOD, '20,50,80,50,80,60,20,60,###'),
      sample('b', GOOD, CROSSED),
      sample('c'),
    );
    const log: string[] = [];
    await open(root, { on_error: 'skip', max_skipped: 1 }, log);
    expect(log[0]).toBe(
      `[INFO] train: 3 images with 2 texts and 2 ignored from ${root} (data=icdar); unusable: 0 images left out, 1 text ignored`,
    );
  });

  it('in which nothing is text teaches nothing', async () => {
    await expect(open(await folder(sample('a'), sample('b')))).rejects.toThrow(
      /train has no text to learn from: 2 images with 0 ignored texts; a training needs one/,
    );
    await expect(open(await folder(sample('a', '20,20,80,20,80,40,20,40,###')))).rejects.toThrow(
      /train has no text to learn from: 1 image with 1 ignored text; /,
    );
  });

  it('of another format says so even when there are more files than anybody would count', async () => {
    const root = temporaryFolder();
    await writeIcdar(root, 'train', [sample('a', GOOD)]);
    writeFileSync(join(root, 'train.txt'), 'x\n'.repeat(60_000));
    await expect(open(root, { name: 'paddle' })).rejects.toThrow(/set data=icdar$/);
    writeFileSync(join(root, 'train/gt/a.txt'), 'hello');
    await expect(open(root, { name: 'paddle' })).rejects.toThrow(
      /train\.txt: has 50000 and more unusable lines/,
    );
  });

  it('of another format says which', async () => {
    const icdar = await folder(sample('a', GOOD));
    await expect(open(icdar, { name: 'paddle' })).rejects.toThrow(/set data=icdar$/);
    await expect(open(icdar, { name: 'json' })).rejects.toThrow(/set data=icdar$/);

    const points = '[[20,20],[80,20],[80,40],[20,40]]';
    const labels = {
      paddle: ['Label.txt', `images/a.jpg\t[{"transcription": "A", "points": ${points}}]\n`],
      json: ['labels.json', `{"images": {"images/a.jpg": {"words": {"1": {"points": ${points}}}}}}`],
    } as const;
    for (const [name, [file, text]] of Object.entries(labels)) {
      const root = temporaryFolder();
      await writeIcdar(root, '.', [sample('a', GOOD)]);
      writeFileSync(join(root, file), text);
      for (const other of ['icdar', 'paddle', 'json'] as const) {
        if (other === name) continue;
        if (other === 'icdar') writeFileSync(join(root, 'gt/a.txt'), 'hello');
        await expect(open(root, { name: other, val_fraction: 0 })).rejects.toThrow(
          new RegExp(`set data=${name}$`),
        );
      }
    }
  });
});
