/** What `inspect` says of drawn receipts: nothing of sound ones, and the fault by its name of each that has one. */
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Size } from 'inkstone-detect';
import type { Point } from 'inkstone-detect/geometry';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/receipt-folder.js';
import { createDataset, readImageSize } from '../../data/index.js';
import { fail, parseIcdar, type TextInstance, writeIcdar } from '../../labels/index.js';
import { loadRunConfig } from '../../runs/index.js';
import { type Inspection, inspectData, isTrainable } from './index.js';

let drawn: string;
/** Six receipts to train on and three to validate on. */
let sound: string;

beforeAll(async () => {
  drawn = mkdtempSync(join(tmpdir(), 'inkstone-inspect-'));
  const options = { name: 'synthetic', root: drawn, synthetic: { train_count: 6, val_count: 3 } } as const;
  const { options: made } = await createDataset({ options, split: 'train' });
  sound = made.root;
}, 120_000);

afterAll(() => rmSync(drawn, { recursive: true, force: true }));

/** A copy of the sound set. */
function copy(): string {
  const root = temporaryFolder();
  cpSync(sound, root, { recursive: true });
  return root;
}

interface Labelled {
  readonly size: Size;
  readonly instances: readonly TextInstance[];
}

/** Writes other labels for each training picture. */
async function relabel(root: string, change: (labelled: Labelled) => readonly TextInstance[]): Promise<void> {
  for (const name of readdirSync(join(root, 'train/gt'))) {
    const file = join(root, 'train/gt', name);
    const instances = parseIcdar(readFileSync(file, 'utf8'), file, { shape: 'quadrilateral', report: fail });
    const size = await readImageSize(join(root, 'train/images', name.replace('.txt', '.jpg')));
    writeFileSync(file, writeIcdar(change({ size, instances }), 4));
  }
}

const move =
  (place: (point: Point, size: Size) => Point) =>
  ({ size, instances }: Labelled): TextInstance[] =>
    instances.map((text) => ({ ...text, polygon: text.polygon.map((point) => place(point, size)) }));

function inspect(root: string, ...overrides: string[]): Promise<Inspection> {
  const { config } = loadRunConfig({ overrides: ['data=icdar', `data.root=${root}`, ...overrides] });
  return inspectData(config);
}

/** `weight: what`, line by line. */
const told = ({ findings }: Inspection) =>
  findings.map(({ weight, what }) => `${weight}: ${what}`).join('\n');

async function expectProblem(inspection: Inspection, what: RegExp): Promise<void> {
  const problems = told(inspection)
    .match(/^problem: .*/gm)
    ?.join('\n');
  expect(problems).toMatch(what);
  expect(isTrainable(inspection)).toBe(false);
}

describe('inspect on sound receipts', () => {
  it('has no problem and no warning', async () => {
    const inspection = await inspect(sound);
    expect(told(inspection)).not.toMatch(/^(problem|warning)/m);
    expect(isTrainable(inspection)).toBe(true);
    expect(inspection.splits).toMatchObject([
      { split: 'train', images: 6, looked_at: 6, without_text: 0 },
      { split: 'val', images: 3, looked_at: 3, without_text: 0 },
    ]);
  });
});

describe('inspect names the fault', () => {
  it('x and y are exchanged', async () => {
    const root = copy();
    await relabel(
      root,
      move(([x, y]) => [y, x]),
    );
    await expectProblem(await inspect(root), /labels fit when x and y are exchanged: 6 of 6 pictures/);
  });

  it('labels are shifted', async () => {
    const root = copy();
    await relabel(
      root,
      move(([x, y]) => [x + 40, y + 40]),
    );
    const shifted =
      /labels are shifted: they fit when moved by about -(3\d|4\d) pixels in x and -(3\d|4\d) in y/;
    await expectProblem(await inspect(root), shifted);
  });

  it('labels are those of other pictures', async () => {
    const root = copy();
    const names = readdirSync(join(root, 'train/gt'));
    for (const [i, name] of names.entries()) {
      copyFileSync(join(sound, 'train/gt', name), join(root, 'train/gt', names[(i + 1) % names.length]!));
    }
    await expectProblem(await inspect(root), /labels belong to other pictures/);
  });

  it('labels are those of another data set', async () => {
    const root = copy();
    await relabel(root, ({ size: { width, height } }) =>
      Array.from({ length: 12 }, (_, i): TextInstance => {
        const [left, top] = [((i % 3) * width) / 3, (Math.floor(i / 3) * height) / 4];
        const [right, bottom] = [left + width / 5, top + height / 40];
        const polygon: Point[] = [
          [left, top],
          [right, top],
          [right, bottom],
          [left, bottom],
        ];
        return { polygon, transcript: 'A', ignore: false };
      }),
    );
    expect(told(await inspect(root))).toMatch(
      /^problem: labels fit their pictures no better than those of other pictures do: 6 of 6/m,
    );
  });

  it('every text is ignored', async () => {
    const root = copy();
    await relabel(root, ({ instances }) => instances.map((text) => ({ ...text, transcript: '###' })));
    await expectProblem(await inspect(root), /every text is ignored, there is nothing to learn from/);
  });

  it('a learning rate a hundred times too high', async () => {
    await expectProblem(
      await inspect(sound, 'optimizer.lr=0.4'),
      /optimizer\.lr=0\.4 is 100 times higher than the recipe's 0\.004/,
    );
  });

  it('pictures reduced until no text is left', async () => {
    const inspection = await inspect(sound, 'data.size=160');
    await expectProblem(inspection, /less than 5 pixels high at data\.size=160/);
    expect(inspection.advice.overrides).toEqual([expect.stringMatching(/^data\.size=(640|800)$/)]);
  });

  it('labels of pictures twice the size', async () => {
    const root = copy();
    await relabel(
      root,
      move(([x, y]) => [2 * x, 2 * y]),
    );
    await expectProblem(await inspect(root), /labels fit when scaled by 0\.5/);
  });

  it('labels of the picture before its EXIF orientation', async () => {
    const root = copy();
    await relabel(
      root,
      move(([x, y], { width }) => [y, width - x]),
    );
    for (const name of readdirSync(join(root, 'train/images'))) {
      const file = join(root, 'train/images', name);
      const lying = await sharp(file).rotate(270).withMetadata({ orientation: 6 }).toBuffer();
      writeFileSync(file, lying);
    }
    await expectProblem(
      await inspect(root),
      /fit the pictures as they are stored, without their EXIF orientation/,
    );
  });

  it('pictures in both splits', async () => {
    const root = copy();
    for (const folder of ['images', 'gt']) {
      cpSync(join(root, 'train', folder), join(root, 'val', folder), { recursive: true });
    }
    expect(told(await inspect(root))).toMatch(
      /^warning: 6 pictures of equal content stand in train and in val/m,
    );
  });

  it('coordinates from 0 to 1', async () => {
    const root = copy();
    await relabel(
      root,
      move(([x, y], { width, height }) => [x / width, y / height]),
    );
    await expectProblem(await inspect(root), /coordinates are pixels, not shares of the image/);
  });

  it('empty label files', async () => {
    const root = copy();
    await relabel(root, () => []);
    await expectProblem(await inspect(root), /no text in any of the 6 pictures of train/);
  });

  it('mirrored labels', async () => {
    const root = copy();
    await relabel(
      root,
      move(([x, y], { width }) => [width - x, y]),
    );
    await expectProblem(await inspect(root), /labels fit when mirrored left to right/);
  });
});
