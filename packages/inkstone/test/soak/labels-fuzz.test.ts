/** Label files of every format, mutated: each is read, or ends in lines that name it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDataset, type DataOptionsInput } from '../../src/data/index.js';
import { type LabelledImage, writeIcdar, writeJson, writePaddle } from '../../src/labels/index.js';
import { InputError } from '../../src/system/index.js';
import { temporaryFolder, writeImage } from '../receipt-folder.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const FILES = rounds(5_000, 300);
/** What a user would wait for. */
const PATIENCE_MS = 10_000;
const SIDE = 96;

const box = (x: number, y: number): LabelledImage['instances'][number]['polygon'] => [
  [x, y],
  [x + 40.5, y],
  [x + 40, y + 16],
  [x, y + 16],
];
const instances = [
  { polygon: box(4, 4), transcript: 'TOTAL', ignore: false },
  { polygon: box(50, 30), transcript: '1,234.00', ignore: false },
  { polygon: box(4, 60), transcript: '###', ignore: true },
];
const images: LabelledImage[] = ['a.jpg', 'b.jpg'].map((name) => ({ name, instances }));

const FORMATS = {
  icdar: { file: 'a.txt', text: writeIcdar(instances) },
  paddle: { file: 'Label.txt', text: writePaddle(images) },
  json: { file: 'labels.json', text: writeJson(images) },
} as const;

/** What makes parsers stumble: numbers, brackets, quotes, names and letters beyond what anybody expects. */
const TOKENS = [
  ...['1e400', '-1', '0', 'NaN', '-inf', '1e-400', '0x10', '٣', '9'.repeat(2_000), '1,'.repeat(500)],
  ...[
    '[',
    ']',
    '{',
    '}',
    '['.repeat(5_000),
    '{"a":'.repeat(100),
    '"',
    '\\',
    '\\u0000',
    '"points"',
    'null',
    '[]',
    '{}',
  ],
  ...[
    ',',
    '\t',
    '\n',
    '\r',
    '\0',
    '\u202e',
    '\ufeff',
    '\ud800',
    '\x1b[2J',
    '../../x.jpg',
    '/dev/zero',
    '.',
    '__proto__',
  ],
];

type Mutation = (bytes: Uint8Array, at: number) => Uint8Array;
const splice = (bytes: Uint8Array, at: number, removed: number, added: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 4 }).map(
    (added): Mutation =>
      (bytes, at) =>
        splice(bytes, at, added.length, added),
  ),
  fc.constantFrom(...TOKENS).map(
    (token): Mutation =>
      (bytes, at) =>
        splice(bytes, at, 1, Buffer.from(token)),
  ),
  fc.nat(60).map(
    (count): Mutation =>
      (bytes, at) =>
        splice(bytes, at, count, Buffer.alloc(0)),
  ),
  fc.constant<Mutation>((bytes, at) => bytes.subarray(0, at)),
  fc.integer({ min: 1, max: 200 }).map(
    (count): Mutation =>
      (bytes, at) => {
        const piece = bytes.subarray(at, at + 80);
        return splice(bytes, at, 0, Buffer.concat(Array(count).fill(piece)));
      },
  ),
);
const mutations = fc.array(fc.tuple(mutation, fc.double({ min: 0, max: 1, noNaN: true })), {
  minLength: 1,
  maxLength: 4,
});
const options: fc.Arbitrary<Partial<DataOptionsInput>> = fc.record({
  on_error: fc.constantFrom('fail', 'skip'),
  max_skipped: fc.constantFrom(0.05, 1),
  polygon_points: fc.constantFrom(4 as const, 'any' as const),
});

describe.each(['icdar', 'paddle', 'json'] as const)('a label file of data=%s', (name) => {
  it(
    'that was changed at random is read, or its error names it in plain lines',
    async () => {
      const root = temporaryFolder();
      for (const image of ['a.jpg', 'b.jpg']) await writeImage(join(root, image), SIDE, SIDE);
      const { file, text } = FORMATS[name];
      if (name === 'icdar') writeFileSync(join(root, 'b.txt'), text);
      let read = 0;
      await fc.assert(
        fc.asyncProperty(mutations, options, async (changes, chosen) => {
          let mutated: Uint8Array = Buffer.from(text);
          for (const [change, at] of changes) mutated = change(mutated, Math.floor(at * mutated.length));
          writeFileSync(join(root, file), mutated);
          const started = performance.now();
          try {
            const dataset = await createDataset({
              options: { name, root, size: SIDE, val_fraction: 0, ...chosen },
              split: 'train',
            });
            for (const { instances: texts } of dataset.samples) {
              for (const { polygon } of texts)
                expect(polygon.flat().every((value) => value >= 0 && value <= SIDE)).toBe(true);
            }
            for (const i of dataset.samples.keys()) await dataset.sample(i);
            read++;
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
            expect(error.message).toContain(root);
            // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be printed
            expect(error.message).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]/);
            expect(error.message.split('\n').length).toBeLessThan(15);
          }
          expect(performance.now() - started).toBeLessThan(PATIENCE_MS);
        }),
        {
          numRuns: Math.ceil(FILES / 3),
          // The file as it was, so that something is read for certain.
          examples: [[[], { on_error: 'fail', max_skipped: 0.05, polygon_points: 4 }]],
        },
      );
      expect(read).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
