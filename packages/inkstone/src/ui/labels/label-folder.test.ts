import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { filesBelow, temporaryFolder, writeImage } from '../../../test/receipt-folder.js';
import { datasetSchema, readDataset } from '../../data/index.js';
import { DraftFiles } from './draft-files.js';
import { exportLabels } from './export.js';
import { LabelFile } from './label-file.js';
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

  it.each([
    [
      'no UTF-8',
      Buffer.from('{"images": {\n"a.png": {"note": "Gr\xf6\xdfe", "words": {}}}}', 'latin1'),
      'line 2',
    ],
    ['UTF-16', Buffer.from('\ufeff{"images": {}}', 'utf16le'), 'UTF-16'],
  ])('does not touch a labels.json that is %s: its letters would be lost', async (_, content, where) => {
    const root = await pictures('a.png', 'b.png');
    const file = join(root, 'labels.json');
    const folder = await open(root);
    save(folder, 'a.png', [text(0)]);
    writeFileSync(file, content);
    for (const name of ['a.png', 'b.png']) {
      const saving = () => folder.save(name, { texts: [], isConfirmed: true }, 'new');
      expect(saving).toThrow(`${join(folder.path, 'labels.json')}: cannot read the file: `);
      expect(saving).toThrow(where);
      expect(saving).toThrow('as UTF-8');
    }
    folder.close();
    await expect(open(root)).rejects.toThrow('as UTF-8');
    expect(readFileSync(file)).toEqual(content);
  });

  it('does not touch a labels.json that names a picture twice', async () => {
    const root = await pictures('a.png');
    const content = '{"images": {"a.png": {},\n"\\u0061.png": {}}}';
    writeFileSync(join(root, 'labels.json'), content);
    await expect(open(root)).rejects.toThrow('labels.json:2: "a.png" stands twice in images; keep one');
    expect(readFileSync(join(root, 'labels.json'), 'utf8')).toBe(content);
  });

  it('takes up a labels.json with a byte order mark, as training does', async () => {
    const root = await pictures('a.png', 'b.png');
    const images = { 'a.png': { words: { 1: { points: text(0).polygon, transcription: 'Größe' } } } };
    writeFileSync(join(root, 'labels.json'), `\ufeff${JSON.stringify({ images })}`);
    const folder = await open(root);
    save(folder, 'b.png', []);
    expect(trained(root)).toEqual([
      ['a', [text(0, { transcript: 'Größe' })]],
      ['b', []],
    ]);
  });

  it('is closed when it was moved away, and writes nothing into what stands there then', async () => {
    const top = temporaryFolder();
    const root = join(top, 'photos');
    const make = async () => {
      mkdirSync(root);
      await writeImage(join(root, 'a.png'), 120, 90);
    };
    await make();
    const folder = await open(root);
    save(folder, 'a.png', [text(0)]);
    const { version } = folder.held('a.png');
    renameSync(root, join(top, 'moved'));
    const expectClosed = async () => {
      const before = filesBelow(top);
      const change = { texts: [], isConfirmed: true };
      for (const ask of [
        () => folder.names(),
        () => folder.fileOf('a.png'),
        () => folder.save('a.png', change, version),
        () => folder.save('a.png', { ...change, isConfirmed: false }, version),
        () => folder.saveDraft('b.png', [text(0)], 1),
      ]) {
        expect(ask).toThrow(`${folder.path} was moved or replaced`);
        expect(ask).toThrow('Start inkstone ui again');
      }
      await expect(folder.read('a.png')).rejects.toThrow('was moved or replaced');
      expect(filesBelow(top)).toEqual(before);
    };
    await expectClosed();
    await make();
    await expectClosed();
    const other = await open(root);
    await expectClosed();
    other.close();
    rmSync(root, { recursive: true });
    renameSync(join(top, 'moved'), root);
    expect(folder.names()).toEqual(['a.png']);
  });

  it('replaces no file when it is moved away in the middle of saving', async () => {
    const root = await pictures('a.png');
    const folder = await open(root);
    save(folder, 'a.png', [text(0)]);
    const before = filesBelow(root);
    const gone = () => {
      throw new Error('moved');
    };
    const drafts = new DraftFiles(join(root, '.inkstone/drafts'), gone);
    expect(() => new LabelFile(root, gone).put('a.png', [], undefined)).toThrow('moved');
    expect(() => drafts.put({ picture: 'b.png', isEdited: true, doubt: 1, texts: [] })).toThrow('moved');
    expect(() => drafts.remove('a.png')).toThrow('moved');
    expect(filesBelow(root)).toEqual(before);
  });
});

describe('what the page does not know of a label', () => {
  const word = (x: number, more: object = {}) => ({ points: text(x).polygon, language: `of ${x}`, ...more });
  const WORDS = {
    a17: word(0, { transcription: 'TOTAL', score: 0.5 }),
    4: word(30, { transcription: null }),
    b: word(60),
    2: word(90, { transcription: 'CASH', illegibility: true }),
  };

  async function labelled() {
    const root = await pictures('a.png');
    const file = join(root, 'labels.json');
    const images = { 'a.png': { img_h: 90, words: WORDS, note: 'checked by Anna' } };
    writeFileSync(file, JSON.stringify({ owner: 'me', images }));
    const folder = await open(root);
    return { root, folder, entry: () => JSON.parse(readFileSync(file, 'utf8')).images['a.png'] };
  }

  it('stays, and so does each word that nobody has changed', async () => {
    const { folder, entry } = await labelled();
    const { texts } = folder.held('a.png');
    save(folder, 'a.png', texts);
    expect(entry()).toEqual({ img_h: 90, words: WORDS, note: 'checked by Anna' });
    // Without saying which words they were.
    save(folder, 'a.png', [text(7), ...texts.map(({ id: _, ...other }) => other)]);
    const fresh = { points: text(7).polygon, transcription: '' };
    expect(entry()).toEqual({ img_h: 90, words: { ...WORDS, 1: fresh }, note: 'checked by Anna' });
  });

  it('stays at a word that was moved, retyped, or marked otherwise, and goes with one that was deleted', async () => {
    const { root, folder, entry } = await labelled();
    const [two, four, a17, b] = folder.held('a.png').texts as [LabelText, LabelText, LabelText, LabelText];
    expect([two, four, a17, b].map(({ id }) => id)).toEqual(['2', '4', 'a17', 'b']);
    save(folder, 'a.png', [
      text(1),
      { ...two, ignore: false },
      { ...a17, transcript: 'TOTALS' },
      { ...b, polygon: text(64).polygon },
    ]);
    expect(entry().words).toEqual({
      1: { points: text(1).polygon, transcription: '' },
      2: word(90, { transcription: 'CASH' }),
      a17: word(0, { transcription: 'TOTALS', score: 0.5 }),
      b: word(64, { transcription: '', language: 'of 60' }),
    });
    expect(trained(root)[0]![1]).toHaveLength(4);
  });

  it('stays at one of the two parts of a word that was split', async () => {
    const { folder, entry } = await labelled();
    const [two] = folder.held('a.png').texts;
    save(folder, 'a.png', [
      { ...two!, polygon: text(70).polygon },
      { ...two!, polygon: text(90.5).polygon },
    ]);
    expect(Object.entries(entry().words)).toEqual([
      ['1', { points: text(90.5).polygon, transcription: 'CASH', illegibility: true }],
      ['2', word(70, { transcription: 'CASH', illegibility: true, language: 'of 90' })],
    ]);
  });

  it('is there again when a confirmation that was taken back is given anew', async () => {
    const { root, folder, entry } = await labelled();
    const { texts } = folder.held('a.png');
    save(folder, 'a.png', texts, false);
    expect(entry()).toBeUndefined();
    const moved = texts.map((one, at) => (at === 3 ? { ...one, polygon: text(61).polygon } : one));
    save(folder, 'a.png', moved, false);
    folder.close();
    const again = await open(root);
    save(again, 'a.png', again.held('a.png').texts);
    const words = { ...WORDS, b: word(61, { transcription: '', language: 'of 60' }) };
    expect(entry()).toEqual({ img_h: 90, words, note: 'checked by Anna' });
  });
});

describe('labels.json beside a folder of images', () => {
  const entry = (x: number) => ({ words: { 1: { points: text(x).polygon, transcription: '' } } });

  async function usual(images: object, ...names: string[]) {
    const root = await pictures(...names);
    const file = join(root, 'labels.json');
    writeFileSync(file, JSON.stringify({ images }));
    return { root, keys: () => Object.keys(JSON.parse(readFileSync(file, 'utf8')).images) };
  }

  it('names its pictures for the page as for training, and goes on doing so', async () => {
    const names = ['images/001.png', 'images/002.png', 'images/003.png', '004.png'];
    const { root, keys } = await usual(
      { '001.png': entry(1), './002.png': entry(2), '004.png': entry(4), 'gone.png': entry(5) },
      ...names,
    );
    const folder = await open(root);
    expect(folder.names().map((name) => [name, folder.held(name).state])).toEqual([
      ['004.png', 'confirmed'],
      ['images/001.png', 'confirmed'],
      ['images/002.png', 'confirmed'],
      ['images/003.png', 'new'],
    ]);
    save(folder, 'images/001.png', [text(10)]);
    save(folder, 'images/002.png', [text(20)], false);
    expect(keys()).toEqual(['001.png', '004.png', 'gone.png']);
    save(folder, 'images/002.png', [text(20)]);
    save(folder, 'images/003.png', [text(30)]);
    expect(keys()).toEqual(['001.png', '004.png', 'gone.png', './002.png', 'images/003.png']);
    await writeImage(join(root, 'gone.png'), 120, 90);
    const places = new Map(trained(root).map(([id, [one]]) => [id, one!.polygon[0]![0]]));
    expect(Object.fromEntries(places)).toEqual({
      '001': 10,
      './002': 20,
      'images/003': 30,
      '004': 4,
      gone: 5,
    });
    // It has come while the page runs.
    expect(folder.names()).toContain('gone.png');
    expect(folder.held('gone.png').state).toBe('confirmed');
  });

  it('refuses to confirm a second picture that training would take for the first', async () => {
    const { root, keys } = await usual({ 'a.png': entry(1) }, 'a.png');
    await writeImage(join(root, 'a.jpg'), 120, 90);
    const folder = await open(root);
    expect(() => save(folder, 'a.jpg', [])).toThrow(
      'a.jpg cannot be confirmed: a.png is, and has the same name but for its end',
    );
    expect(keys()).toEqual(['a.png']);
    save(folder, 'a.png', []);
    expect(trained(root)).toHaveLength(1);
  });

  it('follows a picture that comes to stand before another', async () => {
    const { root } = await usual({ '001.png': entry(1) }, '001.png');
    const folder = await open(root);
    const { version } = folder.held('001.png');
    mkdirSync(join(root, 'images'));
    await writeImage(join(root, 'images/001.png'), 120, 90);
    expect(() => folder.save('001.png', { texts: [], isConfirmed: true }, version)).toThrow(VersionError);
    expect(folder.held('images/001.png').state).toBe('confirmed');
    expect(() => save(folder, '001.png', [])).toThrow('has the same name');
  });

  it('is read again when it is mended after a picture has come that two keys lead to', async () => {
    const { root } = await usual({ '001.png': entry(1), 'images/001.png': entry(2) }, '001.png');
    const folder = await open(root);
    mkdirSync(join(root, 'images'));
    await writeImage(join(root, 'images/001.png'), 120, 90);
    expect(() => folder.names()).toThrow('name one picture');
    writeFileSync(join(root, 'labels.json'), JSON.stringify({ images: { 'images/001.png': entry(2) } }));
    expect(folder.names().map((name) => folder.held(name).state)).toEqual(['new', 'confirmed']);
  });

  it('is refused where two of its keys lead to one picture', async () => {
    const images = { '001.png': entry(1), 'images/001.png': entry(2) };
    const { root, keys } = await usual(images, 'images/001.png');
    expect(() => trained(root)).toThrow('is named a second time');
    await expect(open(root)).rejects.toThrow(
      'labels.json: "001.png" and "images/001.png" name one picture, images/001.png; keep one of the two',
    );
    expect(keys()).toEqual(Object.keys(images));
  });
});
