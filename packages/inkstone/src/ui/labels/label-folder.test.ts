import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { filesBelow, temporaryFolder, writeImage } from '../../../test/receipt-folder.js';
import { datasetSchema, readDataset } from '../../data/index.js';
import { exportLabels } from './export.js';
import { LabelFolder, VersionError } from './label-folder.js';
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

async function pictures(...names: string[]): Promise<string> {
  const root = temporaryFolder();
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    await writeImage(join(root, name), 120, 90);
  }
  return root;
}

async function open(root: string): Promise<LabelFolder> {
  const folder = await LabelFolder.open(root, () => {});
  onTestFinished(() => folder.close());
  return folder;
}

const save = (folder: LabelFolder, name: string, texts: readonly LabelText[], isConfirmed = true) =>
  folder.save(name, { texts, isConfirmed }, folder.held(name).version);

const trained = (root: string) => {
  const options = datasetSchema.parse({ name: 'json', root: join(root, 'labels.json'), val_fraction: 0 });
  return readDataset(options, 'train').samples.map(({ id, instances }) => [id, instances] as const);
};

describe('LabelFolder', () => {
  it('gives training what a person has confirmed, and neither drafts nor what is only begun', async () => {
    const root = await pictures('a.png', 'b.png', 'c.png', 'sub/d.png');
    const folder = await open(root);
    folder.saveDraft('a.png', [text(0, { score: 0.9 })], 0.1);
    save(folder, 'b.png', [text(10)], false);
    save(folder, 'sub/d.png', [text(0), text(50, { ignore: true })]);
    save(folder, 'c.png', []);
    expect(trained(root)).toEqual([
      ['c', []],
      ['sub/d', [text(0), text(50, { ignore: true })]],
    ]);
    expect(folder.names().map((name) => [name, folder.held(name).state])).toEqual([
      ['a.png', 'draft'],
      ['b.png', 'edited'],
      ['c.png', 'confirmed'],
      ['sub/d.png', 'confirmed'],
    ]);
  });

  it('has all of it again when it is opened anew', async () => {
    const root = await pictures('a.png', 'b.png');
    const folder = await open(root);
    folder.saveDraft('a.png', [text(0, { score: 0.9 })], 1.25);
    save(folder, 'b.png', [text(10, { transcript: 'TOTAL' })]);
    const before = [folder.held('a.png'), folder.held('b.png')];
    folder.close();
    const again = await open(root);
    expect([again.held('a.png'), again.held('b.png')]).toEqual(before);
  });

  it('never draws over what a person has done', async () => {
    const folder = await open(await pictures('a.png', 'b.png'));
    save(folder, 'a.png', [text(10)], false);
    save(folder, 'b.png', [text(10)]);
    for (const name of ['a.png', 'b.png']) {
      const before = folder.held(name);
      folder.saveDraft(name, [text(0), text(50)], 3);
      expect(folder.held(name)).toEqual(before);
    }
  });

  it('saves a change only of what it was made on', async () => {
    const folder = await open(await pictures('a.png'));
    const { version } = folder.held('a.png');
    const mine = folder.save('a.png', { texts: [text(10)], isConfirmed: false }, version);
    expect(() => folder.save('a.png', { texts: [], isConfirmed: false }, version)).toThrow(VersionError);
    expect(folder.held('a.png')).toEqual(mine);
    // The same texts in another state are another version.
    expect(save(folder, 'a.png', [text(10)]).version).not.toBe(mine.version);
  });

  it('takes a label back', async () => {
    const root = await pictures('a.png', 'b.png');
    const folder = await open(root);
    save(folder, 'a.png', [text(10)]);
    save(folder, 'b.png', [text(20)]);
    save(folder, 'a.png', [text(10)], false);
    expect([folder.held('a.png').state, trained(root)]).toEqual(['edited', [['b', [text(20)]]]]);
  });

  it.each([
    [
      'crosses itself',
      {
        polygon: [
          [0, 0],
          [40, 20],
          [40, 0],
          [0, 20],
        ],
      },
    ],
    [
      'has no area',
      {
        polygon: [
          [0, 10],
          [40, 10],
          [80, 10],
        ],
      },
    ],
    [
      'at least 3 points',
      {
        polygon: [
          [0, 10],
          [40, 10],
        ],
      },
    ],
    [
      'beyond the limit',
      {
        polygon: [
          [0, 10],
          [1e9, 10],
          [80, 30],
        ],
      },
    ],
  ] as [string, Partial<LabelText>][])('does not save a text that %s', async (reason, broken) => {
    const root = await pictures('a.png');
    const folder = await open(root);
    save(folder, 'a.png', [text(0)]);
    const before = filesBelow(root);
    expect(() => save(folder, 'a.png', [text(0, broken)])).toThrow(`a.png is not saved: `);
    expect(() => save(folder, 'a.png', [text(0, broken)])).toThrow(reason);
    expect(filesBelow(root)).toEqual(before);
  });

  it('keeps what another program wrote into labels.json, and follows it', async () => {
    const root = await pictures('a.png', 'b.png');
    const file = join(root, 'labels.json');
    const words = { 7: { points: text(0).polygon, transcription: 'x', font: 'serif' } };
    writeFileSync(file, JSON.stringify({ owner: 'me', images: { 'b.png': { words } } }));
    const folder = await open(root);
    save(folder, 'a.png', [text(10)]);
    const content = JSON.parse(readFileSync(file, 'utf8'));
    expect([content.owner, content.images['b.png']]).toEqual(['me', { words }]);
    delete content.images['a.png'];
    writeFileSync(file, JSON.stringify(content));
    utimesSync(file, 1, 1);
    expect(folder.names().map((name) => folder.held(name).state)).toEqual(['new', 'confirmed']);
  });

  it.each(['no JSON', '{"images":{"a.png":{"words":{"1":{"points":[[0,0],[1,1]]}}}}}', '{"pictures":{}}'])(
    'touches no labels.json that it cannot read whole: %s',
    async (content) => {
      const root = await pictures('a.png');
      writeFileSync(join(root, 'labels.json'), content);
      await expect(open(root)).rejects.toThrow('labels.json');
      expect(readFileSync(join(root, 'labels.json'), 'utf8')).toBe(content);
      // It can be opened as soon as that is mended.
      rmSync(join(root, 'labels.json'));
      await open(root);
    },
  );

  it('is labelled by one process at a time', async () => {
    const root = await pictures('a.png');
    const folder = await open(root);
    await expect(open(root)).rejects.toThrow('close the other inkstone ui');
    folder.close();
    await open(root);
  });

  it('finds pictures, and nothing that is hidden, exported, or a way out of the folder', async () => {
    const root = await pictures('a.png', 'sub/b.png', '.hidden/c.png', 'inkstone-exports/icdar/d.png');
    const outside = await pictures('secret.png');
    writeFileSync(join(root, 'notes.txt'), '');
    symlinkSync(join(outside, 'secret.png'), join(root, 'out.png'));
    symlinkSync(outside, join(root, 'out'));
    symlinkSync(join(root, 'sub'), join(root, 'around'));
    const folder = await open(root);
    expect(folder.names()).toEqual(['a.png', 'sub/b.png']);
    const others = [
      'out.png',
      'out/secret.png',
      'around/b.png',
      '.hidden/c.png',
      'sub/../a.png',
      './a.png',
      'sub//b.png',
      '/etc/passwd',
      'notes.txt',
      '',
      'a.png\0',
      join(root, 'a.png'),
    ];
    for (const name of others) expect([name, folder.fileOf(name)]).toEqual([name, undefined]);
    expect(folder.fileOf('sub/b.png')).toBe(join(folder.path, 'sub/b.png'));
  });

  it.each(['.inkstone', 'inkstone-exports', 'labels.json'])('writes through no link: %s', async (name) => {
    const root = await pictures('a.png');
    const outside = temporaryFolder();
    symlinkSync(outside, join(root, name));
    const work = async () => {
      save(await open(root), 'a.png', [text(0)]);
      exportLabels(root, 'icdar', 0);
    };
    await expect(work()).rejects.toThrow(name);
    expect(filesBelow(outside).size).toBe(0);
  });

  it('does not confirm a picture for which training would take another one', async () => {
    const root = await pictures('a.png', 'images/a.png');
    const folder = await open(root);
    expect(() => save(folder, 'a.png', [text(0)])).toThrow('has the same name');
    save(folder, 'images/a.png', [text(0)]);
    expect(trained(root)).toHaveLength(1);
  });
});
