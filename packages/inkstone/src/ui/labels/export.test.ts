import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { filesBelow, temporaryFolder, writeImage } from '../../../test/receipt-folder.js';
import { type DataOptionsInput, datasetSchema, readDataset } from '../../data/index.js';
import { exportLabels } from './export.js';
import { LabelFolder } from './label-folder.js';
import type { LabelText } from './protocol.js';

const text = (x: number, more: Partial<LabelText> = {}): LabelText => ({
  polygon: [
    [x, 10],
    [x + 40, 10],
    [x + 40, 30],
    [x, 30.5],
  ],
  transcript: '',
  ignore: false,
  ...more,
});
const TEXTS = [text(0, { transcript: 'TOTAL, "5"' }), text(50, { transcript: '###', ignore: true })];

async function labelled(...names: string[]): Promise<string> {
  const root = temporaryFolder();
  const folder = await LabelFolder.open(root, () => {});
  onTestFinished(() => folder.close());
  for (const name of [...names, 'draft.png']) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    await writeImage(join(root, name), 120, 90);
  }
  for (const name of names) {
    folder.save(name, { texts: TEXTS, isConfirmed: true }, folder.held(name).version);
  }
  folder.saveDraft('draft.png', [text(0)], 1);
  return root;
}

const NAMES = Array.from({ length: 9 }, (_, index) => `${index}.png`).concat('sub/x.png');

const idsOf = (options: DataOptionsInput, split: 'train' | 'val') =>
  readDataset(datasetSchema.parse(options), split).samples.map(({ id }) => id);

describe('exportLabels', () => {
  it.each(['icdar', 'paddle'] as const)(
    'writes as %s what was confirmed, divided as training divides it',
    async (name) => {
      const root = await labelled(...NAMES);
      const { folder, train, val, settings } = exportLabels(root, name, 0.3);
      expect([train, val, settings]).toEqual([7, 3, [`data=${name}`, `data.root=${JSON.stringify(folder)}`]]);
      const own = { name: 'json', root: join(root, 'labels.json'), val_fraction: 0.3 } as const;
      for (const split of ['train', 'val'] as const) {
        const exported = readDataset(datasetSchema.parse({ name, root: folder }), split).samples;
        expect(exported.map(({ id }) => id.replace(/^images\//, ''))).toEqual(idsOf(own, split));
        for (const { instances } of exported) {
          expect(instances.map(({ line: _, ...instance }) => instance)).toEqual(TEXTS);
        }
      }
    },
  );

  it('says when the lines have more than four points', async () => {
    const root = await labelled('a.png');
    const file = join(root, 'labels.json');
    const points = [...text(0).polygon, [-5, 20]];
    writeFileSync(file, JSON.stringify({ images: { 'a.png': { words: { 1: { points } } } } }));
    const { settings, folder } = exportLabels(root, 'icdar', 0);
    expect(settings).toContain('data.polygon_points=any');
    const options = datasetSchema.parse({ root: folder, polygon_points: 'any', val_fraction: 0 });
    expect(readDataset(options, 'train').samples[0]!.instances[0]!.polygon).toEqual(points);
  });

  it.each(['icdar', 'paddle'] as const)(
    'gives each picture its labels as %s when labels.json names it below its folder of images',
    async (name) => {
      const root = temporaryFolder();
      mkdirSync(join(root, 'images'));
      for (const picture of ['a.png', 'b.png']) await writeImage(join(root, 'images', picture), 120, 90);
      const images = { 'a.png': { words: { 1: { points: text(0).polygon } } }, './b.png': {} };
      writeFileSync(join(root, 'labels.json'), JSON.stringify({ images }));
      const { folder } = exportLabels(root, name, 0);
      const { samples } = readDataset(datasetSchema.parse({ name, root: folder, val_fraction: 0 }), 'train');
      expect(samples.map(({ id, instances }) => [id.slice(-8), instances.length])).toEqual([
        ['images/a', 1],
        ['images/b', 0],
      ]);
    },
  );

  it('moves nothing into a folder that has come to stand there meanwhile', async () => {
    const root = await labelled('a.png');
    const before = filesBelow(root);
    let asked = 0;
    const work = () =>
      exportLabels(root, 'icdar', 0, () => {
        if (++asked === 2) throw new Error('moved');
      });
    expect(work).toThrow('moved');
    expect(filesBelow(root)).toEqual(before);
  });

  it('overwrites nothing, and leaves no part of an export that fails', async () => {
    const root = await labelled('a.png', 'b\tc.png');
    const first = exportLabels(root, 'icdar', 0);
    const before = filesBelow(root);
    const second = exportLabels(root, 'icdar', 0);
    expect([first.folder, second.folder]).toEqual([
      join(root, 'inkstone-exports/icdar'),
      join(root, 'inkstone-exports/icdar-2'),
    ]);
    const after = filesBelow(root);
    for (const [name, content] of before) expect(after.get(name)).toBe(content);
    expect(() => exportLabels(root, 'paddle', 0)).toThrow('cannot hold this name');
    expect(filesBelow(root)).toEqual(after);
  });

  it('has nothing to export before something is confirmed', async () => {
    expect(() => exportLabels(temporaryFolder(), 'icdar', 0)).toThrow('no picture is confirmed yet');
  });
});
