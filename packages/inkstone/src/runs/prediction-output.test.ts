import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { filesBelow, temporaryFolder, writeImage } from '../../test/receipt-folder.js';
import { rounds, TIMEOUT_MS } from '../../test/soak/rounds.js';
import { dataSchema, readDataset, readImageSize } from '../data/index.js';
import { evaluateIcdar } from '../metrics/index.js';
import { InputError } from '../system/index.js';
import { findImages, type ImagePrediction } from './predict.js';
import { PREDICTION_FORMATS, type PredictionFormatName } from './prediction-formats.js';
import { PredictionOutput } from './prediction-output.js';

const found = (image: string): ImagePrediction => ({
  image,
  width: 100,
  height: 60,
  texts: [
    {
      polygon: [
        [20, 20],
        [80, 20],
        [80, 40],
        [20, 40.126],
      ],
      score: 0.9,
    },
  ],
});

async function pictures(folder: string, ...names: string[]): Promise<string[]> {
  const paths = names.map((name) => join(folder, name));
  for (const path of paths) {
    mkdirSync(dirname(path), { recursive: true });
    await writeImage(path, 100, 60);
  }
  return paths;
}

interface Given {
  folder: string;
  format?: PredictionFormatName | null;
  overlays?: boolean;
  overwrite?: boolean;
}

async function write(files: readonly string[], given: Given): Promise<void> {
  const options = { format: 'json', overlays: true, overwrite: false, ...given } as const;
  const output = new PredictionOutput(files, options);
  for (const file of files) await output.add(found(file));
  output.finish(files.map(found));
}

describe('PredictionOutput', () => {
  it('writes beside the pictures it read, and changes none of them', async () => {
    const folder = temporaryFolder();
    const files = await pictures(folder, 'page1.png', 'page2.png');
    const before = filesBelow(folder);
    await write(files, { folder });
    const after = filesBelow(folder);
    for (const [name, contents] of before) expect(after.get(name)).toEqual(contents);
    expect([...after.keys()].filter((name) => !before.has(name)).sort()).toEqual([
      'labels.json',
      'page1.overlay.png',
      'page2.overlay.png',
    ]);
    expect(await findImages([folder])).toEqual(files);
  });

  it('gives pictures of one name overlays and results of their own', async () => {
    const folder = temporaryFolder();
    const files = await pictures(folder, 'in/a/x.png', 'in/b/x.png', 'in/b/y.png', 'in/b/y.jpg');
    await write(files, { folder: join(folder, 'out'), format: 'icdar' });
    expect([...filesBelow(join(folder, 'out')).keys()].sort()).toEqual(
      ['a/res_x.png.txt', 'b/res_x.png.txt', 'b/res_y.jpg.txt', 'b/res_y.png.txt']
        .concat(['a/x.png.overlay.png', 'b/x.png.overlay.png', 'b/y.jpg.overlay.png', 'b/y.png.overlay.png'])
        .sort(),
    );
  });

  it('replaces no file unless it is told to, and no picture that it reads even then', async () => {
    const folder = temporaryFolder();
    const [file] = await pictures(folder, 'page1.png');
    const mine = join(folder, 'labels.json');
    writeFileSync(mine, 'mine');
    const options = { folder, format: 'json', overlays: false } as const;
    expect(() => new PredictionOutput([file!], { ...options, overwrite: false })).toThrow(
      /labels\.json: is there already; choose another --output, or replace it with --overwrite$/,
    );
    expect(readFileSync(mine, 'utf8')).toBe('mine');
    await write([file!], { ...options, overwrite: true });
    expect(readFileSync(mine, 'utf8')).toContain('page1.png');

    const both = await pictures(folder, 'page1.png', 'page1.overlay.png');
    expect(() => new PredictionOutput(both, { ...options, overlays: true, overwrite: true })).toThrow(
      /page1\.overlay\.png: is a picture to be read, and would be replaced/,
    );
  });

  it.each([
    ['a file in the way of the folder', 'page1.png', /page1\.png.*: cannot be written: a file stands where/],
    ['a folder in the way of a file', 'taken', /taken\/labels\.json: cannot be written: it is a folder/],
    ['a name that is too long', 'n'.repeat(300), /: cannot be written: its name is too long/],
    ['a NUL', 'a\0b', /a\\x00b.*: cannot be written: its name holds a NUL character/],
  ])('says before any work that nothing can be written: %s', async (_, name, message) => {
    const folder = temporaryFolder();
    const files = await pictures(folder, 'page1.png');
    mkdirSync(join(folder, 'taken/labels.json'), { recursive: true });
    const options = { format: 'json', overlays: false, overwrite: true } as const;
    expect(() => new PredictionOutput(files, { ...options, folder: join(folder, name) })).toThrow(message);
  });

  it('leaves a link to nothing to whoever reads it', async () => {
    const folder = temporaryFolder();
    symlinkSync('nowhere', join(folder, 'gone.png'));
    const [file] = await findImages([folder]);
    const options = { folder, format: 'json', overlays: true, overwrite: false } as const;
    expect(() => new PredictionOutput([file!], options)).not.toThrow();
    await expect(readImageSize(file!)).rejects.toThrow(
      /gone\.png: cannot read the image: it does not exist$/,
    );
  });

  it("refuses a name that PaddleOCR's label file cannot hold", async () => {
    const files = await pictures(temporaryFolder(), 'a\tb.png');
    const options = { folder: temporaryFolder(), overlays: false, overwrite: false } as const;
    expect(() => new PredictionOutput(files, { ...options, format: 'paddle' })).toThrow(
      /^a\\tb\.png: PaddleOCR's label file cannot hold this name/,
    );
  });

  it('draws the upright picture with a legend below it', async () => {
    const folder = temporaryFolder();
    const [file] = await pictures(folder, 'plain.png');
    const turned = join(folder, 'turned.jpg');
    await sharp(file).withMetadata({ orientation: 6 }).toFile(turned);
    await write([turned], { folder: join(folder, 'out') });
    const overlay = await sharp(join(folder, 'out/turned.overlay.png')).metadata();
    expect(overlay.width).toBe(60);
    expect(overlay.height).toBeGreaterThan(100);
  });
});

describe("a user's files", () => {
  /** Names that predictions have, and others. */
  const name = fc.constantFrom(
    ...['page1.png', 'page1.jpg', 'page1.overlay.png', 'page1.png.overlay.png', 'res_page1.txt', 'notes.md'],
    ...['labels.json', 'Label.txt', '.hidden', 'a/page1.png', 'a/res_page1.txt', 'a/b/page1.overlay.png'],
  );
  const picture = fc.constantFrom('page1.png', 'page1.jpg', 'a/page1.png', 'a/b/page1.png');

  it(
    'stay as they are wherever predict writes and evaluate reads',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(name, { maxLength: 6 }),
          fc.uniqueArray(picture, { minLength: 1, maxLength: 3 }),
          fc.constantFrom(...PREDICTION_FORMATS, null),
          fc.boolean(),
          fc.constantFrom('.', 'a', 'new/folder'),
          async (names, inputs, format, overlays, output) => {
            const folder = temporaryFolder();
            for (const path of names.map((file) => join(folder, file))) {
              mkdirSync(dirname(path), { recursive: true });
              writeFileSync(path, `mine: ${path}`);
            }
            const files = await pictures(folder, ...inputs);
            const before = filesBelow(folder);
            let refused = false;
            try {
              await write(files, { folder: join(folder, output), format, overlays });
            } catch (error) {
              expect(error).toBeInstanceOf(InputError);
              refused = true;
            }
            const after = filesBelow(folder);
            for (const [file, contents] of before) expect(after.get(file)).toBe(contents);
            if (refused) expect(after.size).toBe(before.size);
            await evaluateIcdar({ gt: folder, pred: folder }).catch((error) => {
              expect(error).toBeInstanceOf(InputError);
            });
            expect(filesBelow(folder)).toEqual(after);
          },
        ),
        { numRuns: rounds(500, 40) },
      );
    },
    TIMEOUT_MS,
  );
});

describe('what was predicted', () => {
  it.each(PREDICTION_FORMATS)('is read as labels by data=%s', async (name) => {
    const folder = temporaryFolder();
    const files = await pictures(folder, 'a.png', 'deep/b.png');
    await write(files, { folder, format: name, overlays: false });
    const { samples } = await readDataset(dataSchema.parse({ name, root: folder, val_fraction: 0 }), 'train');
    expect(samples.map(({ imagePath }) => imagePath)).toEqual(files);
    for (const { instances } of samples) {
      expect(instances).toHaveLength(1);
      expect(instances[0]).toMatchObject({ transcript: '', ignore: false });
      expect(instances[0]!.polygon.flat()[7]).toBeCloseTo(40.126, 1);
    }
  });

  it('is scored by evaluate, folders and all', async () => {
    const folder = temporaryFolder();
    const files = await pictures(folder, 'a.png', 'deep/b.png');
    mkdirSync(join(folder, 'gt/deep'), { recursive: true });
    for (const name of ['gt_a.txt', 'deep/gt_b.txt']) {
      writeFileSync(join(folder, 'gt', name), '20,20,80,20,80,40,20,40,TOTAL\n');
    }
    await write(files, { folder: join(folder, 'out'), format: 'icdar' });
    const scores = await evaluateIcdar({ gt: join(folder, 'gt'), pred: join(folder, 'out'), metric: 'iou' });
    expect(scores).toMatchObject({ images: 2, hmean: 1 });
  });
});

describe('findImages', () => {
  it('takes pictures of every listed format, however their suffix is written', async () => {
    const folder = temporaryFolder();
    const names = ['a.Jpg', 'b.TIF', 'c.WEBP', 'd.avif', 'e.png', 'notes.txt'];
    for (const name of names) writeFileSync(join(folder, name), '');
    expect(await findImages([folder])).toEqual(names.slice(0, 5).map((name) => join(folder, name)));
  });

  it('takes a picture once, under whatever names it is given', async () => {
    const folder = temporaryFolder();
    const [file] = await pictures(folder, 'a.png');
    expect(await findImages([file!, folder, join(folder, './a.png'), join(folder, '*.png')])).toEqual([file]);
  });
});
