import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeIcdar, writeImage } from '../../../test/receipt-folder.js';
import { evaluateIcdar, readIcdar } from '../../metrics/index.js';
import { type DataOptionsInput, datasetSchema } from '../options.js';
import { findJudged, readDataset } from '../read-dataset.js';

const read = (options: DataOptionsInput, split: 'train' | 'val' | 'test' = 'train') =>
  readDataset(datasetSchema.parse({ val_fraction: 0, ...options }), split);
const SQUARE = '10,10,90,10,90,30,10,30';

describe('ICDAR folders', () => {
  it('a file of many-point polygons is not misread as quadrilaterals', async () => {
    const root = temporaryFolder();
    const hexagon = '0,0,50,5,100,0,100,20,50,25,0,20,TEXT';
    await writeIcdar(root, 'train', [
      { id: '001', width: 100, height: 50, lines: [hexagon, hexagon, hexagon] },
    ]);
    expect(() => read({ root })).toThrow(/001\.txt: .*set data\.polygon_points=any/);
    const [sample] = read({ root, polygon_points: 'any' }).samples;
    expect(sample.instances.map(({ polygon }) => polygon.length)).toEqual([6, 6, 6]);
  });

  it.each([
    ['train/images', 'train/gt', '001.txt'],
    ['images/train', 'gt/train', 'gt_001.txt'],
    ['train_images', 'train_gts', '001.jpg.txt'],
    ['training', 'training', '001.txt'],
  ])('%s with %s/%s', async (images, labels, label) => {
    const root = temporaryFolder();
    mkdirSync(join(root, images), { recursive: true });
    mkdirSync(join(root, labels), { recursive: true });
    await writeImage(join(root, images, '001.jpg'), 100, 50);
    writeFileSync(join(root, labels, label), `\uFEFF${SQUARE},A\r\n`);
    const { samples } = read({ root });
    expect(samples).toMatchObject([{ id: '001', imagePath: join(root, images, '001.jpg') }]);
    expect(samples[0].instances).toHaveLength(1);
  });

  it('what training ignores is what scoring ignores, and each reads the same transcripts', async () => {
    const root = temporaryFolder();
    const lines = ['###', '*', ' ### ', '"*"', 'A', '"B, C"', ' D ', '**'].map((text) => `${SQUARE},${text}`);
    await writeIcdar(root, 'train', [{ id: '001', width: 100, height: 50, lines }]);
    const [trained] = read({ root }).samples;
    const scored = (await readIcdar(join(root, 'train/gt'))).get('001');
    expect(scored).toEqual(trained.instances);
    expect(scored?.map(({ transcript, ignore }) => (ignore ? null : transcript))).toEqual([
      ...[null, null, null, null],
      ...['A', 'B, C', 'D', '**'],
    ]);
    const nothing = join(root, 'nothing');
    mkdirSync(nothing);
    writeFileSync(join(nothing, '001.txt'), '');
    const { counts } = await evaluateIcdar({ gt: join(root, 'train/gt'), pred: nothing, metric: 'iou' });
    expect(counts.texts).toBe(4);
  });

  it('a label file without lines is an image without text', async () => {
    const root = temporaryFolder();
    await writeIcdar(root, 'train', [{ id: '001', width: 100, height: 50, lines: [] }]);
    expect(read({ root }).samples[0].instances).toEqual([]);
  });

  it('images without labels and labels without images are named, or skipped and counted', async () => {
    const root = temporaryFolder();
    await writeIcdar(
      root,
      'train',
      ['001', '002'].map((id) => ({ id, width: 100, height: 50 })),
    );
    await writeImage(join(root, 'train/images/003.jpg'), 100, 50);
    expect(() => read({ root })).toThrow(/003\.jpg: has no label file 003\.txt in .*gt$/);
    writeFileSync(join(root, 'train/gt/004.txt'), `${SQUARE},A`);
    const { samples, skipped } = read({ root, on_error: 'skip', max_skipped: 1 });
    expect(samples.map(({ id }) => id)).toEqual(['001', '002']);
    expect(skipped.map(({ message }) => message)).toEqual([
      expect.stringContaining('has no label file'),
      expect.stringMatching(/^has no image 004\.\* in /),
    ]);
  });

  it('two pictures of one name are named, as are two label files of one', async () => {
    const root = temporaryFolder();
    await writeIcdar(root, 'train', [{ id: '001', width: 100, height: 50 }]);
    await writeImage(join(root, 'train/images/001.png'), 100, 50);
    expect(() => read({ root })).toThrow(
      /001\.jpg: has the same name as 001\.png, so its label file is not clear/,
    );

    const twice = temporaryFolder();
    await writeIcdar(twice, 'train', [{ id: '001', width: 100, height: 50 }]);
    writeFileSync(join(twice, 'train/gt/001.TXT'), `${SQUARE},A`);
    expect(() => read({ root: twice })).toThrow(
      /001\.jpg: has 2 label files, .*001\.TXT and .*001\.txt; keep one$/,
    );
  });

  it('polygons without transcripts keep their last point, when no file has a transcript', async () => {
    const root = temporaryFolder();
    const pentagon = '0,0,50,5,90,0,90,20,50,25';
    const samples = ['001', '002'].map((id) => ({ id, width: 100, height: 50, lines: [pentagon] }));
    await writeIcdar(root, 'train', samples);
    const first = () => read({ root, polygon_points: 'any' }).samples[0].instances[0];
    expect(first()).toMatchObject({ transcript: '' });
    expect(first().polygon).toHaveLength(5);
    writeFileSync(join(root, 'train/gt/002.txt'), `${pentagon},TOTAL`);
    expect(first()).toMatchObject({ transcript: '50,25' });
  });

  it('a label file in UTF-16 says so', async () => {
    const root = temporaryFolder();
    await writeIcdar(root, 'train', [{ id: '001', width: 100, height: 50 }]);
    writeFileSync(join(root, 'train/gt/001.txt'), Buffer.from(`\ufeff${SQUARE},A`, 'utf16le'));
    expect(() => read({ root })).toThrow(
      /001\.txt: cannot read the file: it is UTF-16 text; save it as UTF-8$/,
    );
  });

  it('a label file may end in .TXT', async () => {
    const root = temporaryFolder();
    await writeIcdar(root, 'train', [{ id: '001', width: 100, height: 50 }]);
    renameSync(join(root, 'train/gt/001.txt'), join(root, 'train/gt/001.TXT'));
    expect(read({ root }).samples[0].instances).toHaveLength(1);
  });

  it.each(['fail', 'skip'] as const)(
    'links to folders around them, and in a ring, are passed over (%s)',
    async (on_error) => {
      const root = temporaryFolder();
      await writeIcdar(root, 'train', [{ id: '001', width: 100, height: 50 }]);
      const folders = ['images', 'gt'].map((name) => join(root, 'train', name));
      for (const folder of folders) {
        symlinkSync('.', join(folder, 'self'));
        symlinkSync('..', join(folder, 'up'));
        symlinkSync(root, join(folder, 'root'));
        for (const name of ['a', 'b']) mkdirSync(join(folder, name));
        symlinkSync('../b', join(folder, 'a/next'));
        symlinkSync('../a', join(folder, 'b/next'));
      }
      expect(read({ root, on_error }).samples.map(({ id }) => id)).toEqual(['001']);
    },
  );

  it('a link to another folder is followed', async () => {
    const root = temporaryFolder();
    const elsewhere = temporaryFolder();
    await writeIcdar(elsewhere, '.', [{ id: '001', width: 100, height: 50 }]);
    mkdirSync(join(root, 'train'));
    symlinkSync(join(elsewhere, 'images'), join(root, 'train/images'));
    symlinkSync(join(elsewhere, 'gt'), join(root, 'train/gt'));
    expect(read({ root }).samples.map(({ id }) => id)).toEqual(['001']);
  });

  it('a picture that two names lead to is named', async () => {
    const root = temporaryFolder();
    await writeIcdar(root, 'train', [{ id: '001', width: 100, height: 50 }]);
    symlinkSync('001.jpg', join(root, 'train/images/002.jpg'));
    writeFileSync(join(root, 'train/gt/002.txt'), `${SQUARE},A`);
    expect(() => read({ root })).toThrow(
      /002\.jpg: is named a second time, as .*001\.jpg in .*001\.txt; keep one/,
    );
  });

  it('label files that never end, or that are too large, are not read', async () => {
    const root = temporaryFolder();
    await writeIcdar(root, 'train', [{ id: '001', width: 100, height: 50 }]);
    const label = join(root, 'train/gt/001.txt');
    rmSync(label);
    spawnSync('mkfifo', [label]);
    expect(() => read({ root })).toThrow(/001\.txt: cannot read the file: it is no regular file$/);
    rmSync(label);
    symlinkSync('/dev/zero', label);
    expect(() => read({ root })).toThrow(/001\.txt: cannot read the file: it is no regular file$/);
    rmSync(label);
    writeFileSync(label, '');
    truncateSync(label, 65 * 2 ** 20);
    expect(() => read({ root })).toThrow(
      /001\.txt: cannot read the file: it has 68\.2 MB; a label file may have 67\.1 MB$/,
    );
  });

  it('a file where a folder should be', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'file'), 'x');
    expect(() => read({ root: join(root, 'file') })).toThrow(/file: is a file; data=icdar reads a folder/);
    expect(() => read({ root: join(root, 'file/below') })).toThrow(/there is no such folder/);
    writeFileSync(join(root, 'train'), 'x');
    expect(() => read({ root })).toThrow(/: no usable train sample; expected <root>\/train\/images/);
  });

  it('an empty, a missing and an unreadable folder', async () => {
    const root = temporaryFolder();
    for (const on_error of ['fail', 'skip'] as const) {
      expect(() => read({ root, on_error })).toThrow(/: the folder is empty$/);
      expect(() => read({ root: join(root, 'no'), on_error })).toThrow(
        /no: there is no such folder; set data\.root/,
      );
    }
    await writeIcdar(root, 'train', [{ id: '001', width: 100, height: 50 }]);
    chmodSync(join(root, 'train/gt'), 0);
    // Root reads whatever it likes.
    if (process.getuid?.() !== 0) {
      expect(() => read({ root, on_error: 'skip', max_skipped: 1 })).toThrow(
        /gt: cannot read the folder: permission denied$/,
      );
    }
    chmodSync(join(root, 'train/gt'), 0o700);
  });
});

describe('splits', () => {
  const ids = (samples: readonly { id: string }[]) => samples.map(({ id }) => id);

  it('a root without split folders is divided, each sample on one side, and stays so when samples are added', async () => {
    const root = temporaryFolder();
    const some = Array.from({ length: 20 }, (_, i) => ({ id: `s${i}`, width: 100, height: 50 }));
    await writeIcdar(root, '.', some);
    const train = ids(read({ root, val_fraction: 0.25 }, 'train').samples);
    const val = ids(read({ root, val_fraction: 0.25 }, 'val').samples);
    expect(val).toHaveLength(5);
    expect([...train, ...val].sort()).toEqual(some.map(({ id }) => id).sort());
    expect(ids(read({ root, val_fraction: 0.25, split_seed: 1 }, 'val').samples)).not.toEqual(val);
    await writeIcdar(root, '.', [{ id: 'new', width: 100, height: 50 }]);
    const after = ids(read({ root, val_fraction: 0.25 }, 'val').samples);
    expect(after.filter((id) => !val.includes(id)).length).toBeLessThanOrEqual(1);
  });

  it('val falls back to test, and then train is not divided', async () => {
    const root = temporaryFolder();
    await writeIcdar(
      root,
      'train',
      [1, 2, 3].map((i) => ({ id: `a${i}`, width: 100, height: 50 })),
    );
    await writeIcdar(root, 'test', [{ id: 'b', width: 100, height: 50 }]);
    expect(ids(read({ root, val_fraction: 0.5 }, 'val').samples)).toEqual(['b']);
    expect(ids(read({ root, val_fraction: 0.5 }, 'train').samples)).toEqual(['a1', 'a2', 'a3']);
  });
});

describe('PaddleOCR', () => {
  const texts = [
    {
      transcription: 'TOTAL',
      points: [
        [10, 10],
        [90, 10],
        [90, 30],
        [10, 30],
      ],
    },
    {
      transcription: '###',
      points: [
        [10, 40],
        [90, 40],
        [90, 48],
        [10, 48],
      ],
      difficult: false,
    },
  ]; // prettier-ignore

  it('paths from the label file or its parent', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'train/pictures'), { recursive: true });
    await writeImage(join(root, 'train/pictures/001.jpg'), 100, 50);
    await writeImage(join(root, 'train/002.jpg'), 100, 50);
    const lines = ['pictures/001.jpg', 'train/002.jpg'].map((path) => `${path}\t${JSON.stringify(texts)}`);
    writeFileSync(join(root, 'train/Label.txt'), `${lines.join('\r\n')}\r\n`);
    const { samples } = read({ name: 'paddle', root });
    expect(samples.map(({ id }) => id)).toEqual(['pictures/001', 'train/002']);
    expect(samples[0].instances).toMatchObject([
      { transcript: 'TOTAL', ignore: false, line: 1 },
      { transcript: '###', ignore: true },
    ]);
  });

  it.each([
    ['001.jpg', /:1: expected an image path, a tab/],
    ['009.jpg\t[]', /:1: there is no image 009\.jpg/],
    ['001.jpg\t{"a":', /:1: the texts of 001\.jpg are not a JSON list$/],
    ['../001.jpg\t[]', /:1: the image \.\.\/001\.jpg leads out of the data set/],
    ['/etc/x.jpg\t[]', /:1: the image \/etc\/x\.jpg leads out of the data set/],
    ['0\x0001.jpg\t[]', /:1: there is no image 0\\x0001\.jpg/],
    ['001.jpg\t[]\n./001.jpg\t[]', /001\.jpg: is named a second time/],
    ['001.jpg\t[{"points": [[1, 2], [3]]}]', /:1: text 1 of 001\.jpg: points\.1/],
    ['001.jpg\t[{"points": [[1, 2], [3, 4]]}]', /:1: text 1 of 001\.jpg: a polygon needs at least 3 points/],
    ['001.jpg\t[{"points": [[1e30, 0], [3, 0], [3, 4]]}]', /:1: text 1 of 001\.jpg: a coordinate is 1e\+30/],
  ])('%s', async (line, message) => {
    const root = temporaryFolder();
    await writeImage(join(root, '001.jpg'), 100, 50);
    writeFileSync(join(root, 'train.txt'), line);
    expect(() => read({ name: 'paddle', root })).toThrow(message);
  });
});

describe('data.root as a label file', () => {
  const points = [
    [10, 10],
    [90, 10],
    [90, 30],
    [10, 30],
  ];
  it.each([
    [
      'paddle',
      'mine.txt',
      (id: string) => `${id}.jpg\t${JSON.stringify([{ transcription: 'A', points }])}\n`,
    ],
    ['json', 'mine.json', undefined],
  ] as const)('of data=%s is divided', async (name, file, line) => {
    const root = temporaryFolder();
    const ids = ['a', 'b', 'c', 'd'];
    for (const [i, id] of ids.entries()) await writeImage(join(root, `${id}.jpg`), 100 + i, 50);
    const images = Object.fromEntries(ids.map((id) => [`${id}.jpg`, { words: { 1: { points } } }]));
    const path = join(root, file);
    writeFileSync(path, line ? ids.map(line).join('') : JSON.stringify({ images }));
    const options = { name, root: path, val_fraction: 0.25 };
    expect(read(options, 'train').samples).toHaveLength(3);
    expect(read(options, 'val').samples).toHaveLength(1);
  });

  it('names pictures below its own folder only', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'set'));
    await writeImage(join(root, '001.jpg'), 100, 50);
    writeFileSync(join(root, 'set/Label.txt'), '001.jpg\t[]\n');
    expect(() => read({ name: 'paddle', root: join(root, 'set') })).toThrow(/there is no image 001\.jpg/);
    expect(() => read({ name: 'paddle', root: join(root, 'set/Label.txt') })).toThrow(
      /there is no image 001\.jpg/,
    );
  });
});

describe('JSON', () => {
  it('images, words and points, with and without transcriptions', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'images/train'), { recursive: true });
    await writeImage(join(root, 'images/train/001.jpg'), 100, 50);
    const points = [
      [10, 10],
      [90, 10],
      [90, 30],
      [10, 30],
    ];
    const words = { a: { points }, b: { points, transcription: null }, c: { points, transcription: 'X' } };
    mkdirSync(join(root, 'jsons'));
    writeFileSync(join(root, 'jsons/train.json'), JSON.stringify({ images: { '001.jpg': { words } } }));
    const { samples } = read({ name: 'json', root });
    expect(samples[0].instances.map(({ ignore }) => ignore)).toEqual([false, true, false]);
  });

  it.each([
    ['{"images": ', /train\.json: is not JSON/],
    ['{"pictures": {}}', /train\.json: expected \{"images"/],
    ['{"images": {"009.jpg": {"words": {}}}}', /train\.json: there is no image 009\.jpg in /],
    [
      '{"images": {"a/../../x.jpg": {}}}',
      /train\.json: the image a\/\.\.\/\.\.\/x\.jpg leads out of the data set/,
    ],
    ['{"images": {"001.jpg": {"texts": {}}}}', /train\.json: images\.001\.jpg: has no "words"/],
    ['{"images": {"001.jpg": {"words": []}}}', /train\.json: images\.001\.jpg: words: /],
    [
      '{"images": {"001.jpg": {"words": {"7": {"points": 5}}}}}',
      /train\.json: images\.001\.jpg\.words\.7: points: /,
    ],
    ['{"images": {"001.jpg": {"words": {"7": {"points": [[1, NaN]]}}}}}', /train\.json: is not JSON/],
  ])('%s', async (text, message) => {
    const root = temporaryFolder();
    await writeImage(join(root, '001.jpg'), 100, 50);
    writeFileSync(join(root, 'train.json'), text);
    expect(() => read({ name: 'json', root })).toThrow(message);
  });
});

describe('a set that is only judged on', () => {
  const found = (root: string) => {
    const { options, split } = findJudged(datasetSchema.parse({ root }));
    return [options.name, split, readDataset(options, split).samples.map(({ id }) => id)];
  };
  const sample = (id: string) => ({ id, width: 100, height: 60 });

  it.each(['val', 'test'])('is its %s', async (split) => {
    const root = temporaryFolder();
    await writeIcdar(root, 'train', [sample('a')]);
    await writeIcdar(root, split, [sample('b')]);
    expect(found(root)).toEqual(['icdar', 'val', ['b']]);
  });

  it('is all of it where it has neither', async () => {
    const root = temporaryFolder();
    await writeIcdar(root, '.', [sample('a'), sample('b')]);
    expect(found(root)).toEqual(['icdar', 'train', ['a', 'b']]);
    await writeIcdar(join(root, 'deeper'), 'train', [sample('a'), sample('b')]);
    expect(found(join(root, 'deeper'))).toEqual(['icdar', 'train', ['a', 'b']]);
  });

  it('may be labelled in another format', async () => {
    const root = temporaryFolder();
    await writeImage(join(root, 'a.jpg'), 100, 60);
    const texts = [
      {
        transcription: 'A',
        points: [
          [10, 10],
          [90, 10],
          [90, 30],
          [10, 30],
        ],
      },
    ];
    writeFileSync(join(root, 'Label.txt'), `a.jpg\t${JSON.stringify(texts)}\n`);
    expect(found(root)).toEqual(['paddle', 'train', ['a']]);
  });
});
