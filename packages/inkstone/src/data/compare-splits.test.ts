import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeIcdar, writeImage } from '../../test/receipt-folder.js';
import { compareSplits } from './compare-splits.js';
import { createDataset } from './dataset.js';

async function splits(change: (root: string) => void) {
  const root = temporaryFolder();
  const samples = (prefix: string, width: number) =>
    [0, 1].map((i) => ({ id: `${prefix}${i}`, width: width + 16 * i, height: 80 }));
  await writeIcdar(root, 'train', samples('t', 100));
  await writeIcdar(root, 'val', samples('v', 200));
  await writeImage(join(root, 'other.jpg'), 90, 90);
  change(root);
  const open = (split: 'train' | 'val') => createDataset({ options: { root }, split });
  return compareSplits(await open('train'), await open('val'));
}

const link = (root: string, from: string, to: string) => {
  symlinkSync(join(root, to), join(root, `${from}/images/new.jpg`));
  copyFileSync(join(root, 'train/gt/t0.txt'), join(root, `${from}/gt/new.txt`));
};
const copy = (root: string, from: string, to: string) => {
  copyFileSync(join(root, from), join(root, `${to}/images/new.jpg`));
  copyFileSync(join(root, 'train/gt/t0.txt'), join(root, `${to}/gt/new.txt`));
};

describe('train and val', () => {
  it('have nothing to say when every picture is another', async () => {
    expect(await splits(() => {})).toEqual([]);
  });

  it('may not share a file', async () => {
    await expect(splits((root) => link(root, 'val', 'train/images/t1.jpg'))).rejects.toThrow(
      /^1 picture in train and in val, .*\n.*val\/images\/new\.jpg$/,
    );
  });

  it('are warned when nothing in val can be found', async () => {
    const warnings = await splits((root) => {
      for (const id of ['v0', 'v1']) writeFileSync(join(root, `val/gt/${id}.txt`), '');
    });
    expect(warnings).toEqual(['[WARN] val has no text to find: its scores say nothing']);
  });

  it('are warned of pictures of equal content', async () => {
    const shared = await splits((root) => copy(root, 'train/images/t1.jpg', 'val'));
    expect(shared).toEqual([
      expect.stringMatching(
        /^\[WARN\] 1 picture of equal content in train and in val.*t1\.jpg = .*new\.jpg\)$/,
      ),
    ]);
    const doubled = await splits((root) => copy(root, 'val/images/v1.jpg', 'val'));
    expect(doubled).toEqual([expect.stringMatching(/1 picture of equal content twice in one split/)]);
  });
});
