import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeIcdar, writeImage } from '../../../test/receipt-folder.js';
import { type DataOptionsInput, datasetSchema } from '../options.js';
import { ProblemLog } from '../problem-log.js';
import { parseIcdar } from './icdar.js';
import { readDataset } from './index.js';

const read = (options: DataOptionsInput, split: 'train' | 'val' | 'test' = 'train') =>
  readDataset(datasetSchema.parse({ val_fraction: 0, ...options }), split);
const parse = (text: string, points: 4 | 'any' = 4) =>
  parseIcdar(text, 'gt.txt', points, new ProblemLog('fail'));
const SQUARE = '10,10,90,10,90,30,10,30';

describe('ICDAR lines', () => {
  test('the transcript is everything after the eighth comma', () => {
    expect(parse(`${SQUARE},27,JALAN DEDAP 13,\r\n`)[0]).toMatchObject({
      transcript: '27,JALAN DEDAP 13,',
      polygon: [
        [10, 10],
        [90, 10],
        [90, 30],
        [10, 30],
      ],
    });
  });

  test('an amount with commas is a transcript, not two more coordinates', () => {
    expect(parse(`${SQUARE},1,234`)[0]).toMatchObject({ transcript: '1,234' });
    expect(parse(`${SQUARE},1,234`)[0].polygon).toHaveLength(4);
  });

  test('with polygon_points=any, coordinates go on to the last pair before the transcript', () => {
    const [hexagon] = parse('0,0,50,5,100,0,100,20,50,25,0,20,CURVED, TEXT', 'any');
    expect(hexagon.polygon).toHaveLength(6);
    expect(hexagon.transcript).toBe('CURVED, TEXT');
  });

  test('a file of many-point polygons is not misread as quadrilaterals', () => {
    const hexagon = '0,0,50,5,100,0,100,20,50,25,0,20,TEXT';
    expect(() => parse([hexagon, hexagon, hexagon].join('\n'))).toThrow(
      /^gt\.txt: .*set data\.polygon_points=any/,
    );
    expect(parse([`${SQUARE},1,200,300`, `${SQUARE},A`, `${SQUARE},B`].join('\n'))).toHaveLength(3);
  });

  test.each(['###', '*', ' ### '])('%j marks unreadable text', (transcript) => {
    expect(parse(`${SQUARE},${transcript}`)[0].ignore).toBe(true);
  });

  test('empty lines and all line ends are fine', () => {
    expect(
      parse(`${SQUARE},A\r\n\r\n${SQUARE},B\n${SQUARE},C\r${SQUARE},D`).map((t) => t.transcript),
    ).toEqual(['A', 'B', 'C', 'D']);
  });

  test.each([
    ['1,2,3,4,5', /^gt\.txt:2: expected x1,y1,…,x4,y4,transcript, found 5 fields: 1,2,3,4,5$/],
    ['10,10,90,10,90,nan,10,30,A', /^gt\.txt:2: a coordinate is NaN/],
    ['10,10,90,10,90,inf,10,30,A', /^gt\.txt:2: a coordinate is Infinity/],
    ['10,10,1e30,10,90,30,10,30,A', /^gt\.txt:2: a coordinate is 1e\+30, beyond the limit/],
    ['10,10,90,10,ninety,30,10,30,A', /^gt\.txt:2: expected a coordinate, found "ninety"$/],
    ['10,10,90,30,90,10,10,30,A', /^gt\.txt:2: the polygon .* crosses itself/],
    ['10,10,90,10,50,10,20,10,A', /^gt\.txt:2: the polygon .* has no area$/],
  ])('%s is one clear line', (line, message) => {
    expect(() => parse(`${SQUARE},A\n${line}`)).toThrow(message);
    const log = new ProblemLog('skip');
    expect(parseIcdar(`${SQUARE},A\n${line}\n${SQUARE},B`, 'gt.txt', 4, log)).toHaveLength(2);
    expect(log.problems).toMatchObject([{ path: 'gt.txt', line: 2 }]);
  });

  test('any text at all is read or reported, never thrown at random', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(4 as const, 'any' as const),
        (text, points) => {
          const log = new ProblemLog('skip');
          for (const { polygon } of parseIcdar(text, 'gt.txt', points, log)) {
            expect(polygon.flat().every(Number.isFinite)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('ICDAR folders', () => {
  test.each([
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

  test('a label file without lines is an image without text', async () => {
    const root = temporaryFolder();
    await writeIcdar(root, 'train', [{ id: '001', width: 100, height: 50, lines: [] }]);
    expect(read({ root }).samples[0].instances).toEqual([]);
  });

  test('images without labels and labels without images are named, or skipped and counted', async () => {
    const root = temporaryFolder();
    await writeIcdar(
      root,
      'train',
      ['001', '002'].map((id) => ({ id, width: 100, height: 50 })),
    );
    await writeImage(join(root, 'train/images/003.jpg'), 100, 50);
    expect(() => read({ root })).toThrow(/003\.jpg: has no label file 003\.txt in .*gt$/);
    writeFileSync(join(root, 'train/gt/004.txt'), `${SQUARE},A`);
    const { samples, skipped } = read({ root, on_error: 'skip' });
    expect(samples.map(({ id }) => id)).toEqual(['001', '002']);
    expect(skipped.map(({ message }) => message)).toEqual([
      expect.stringContaining('has no label file'),
      expect.stringMatching(/^has no image 004\.\* in /),
    ]);
  });

  test('an empty, a missing and an unreadable folder', async () => {
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
      expect(() => read({ root, on_error: 'skip' })).toThrow(
        /gt: cannot read the folder: permission denied$/,
      );
    }
    chmodSync(join(root, 'train/gt'), 0o700);
  });
});

describe('splits', () => {
  const ids = (samples: readonly { id: string }[]) => samples.map(({ id }) => id);

  test('a root without split folders is divided, each sample on one side, and stays so when samples are added', async () => {
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

  test('val falls back to test, and then train is not divided', async () => {
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

  test('paths from the label file or its parent', async () => {
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

  test.each([
    ['001.jpg', /:1: expected an image path, a tab/],
    ['009.jpg\t[]', /:1: there is no image 009\.jpg/],
    ['001.jpg\t{"a":', /:1: the texts of 001\.jpg are not a JSON list$/],
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

describe('JSON', () => {
  test('images, words and points, with and without transcriptions', async () => {
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

  test.each([
    ['{"images": ', /train\.json: is not JSON/],
    ['{"pictures": {}}', /train\.json: expected \{"images"/],
    ['{"images": {"009.jpg": {"words": {}}}}', /train\.json: images\.009\.jpg: there is no such image/],
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
