import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printConfig } from '../config/index.js';
import { RunFileError } from '../system/index.js';
import { saveCheckpoint } from '../training/index.js';
import { loadRunConfig } from './config.js';
import { renderOverlay } from './overlay.js';
import { checkPlace, RunFolder } from './run-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const say = () => {};
const run = () => join(folder, 'runs', 'sroie');
const create = (overwrite = false) => RunFolder.create(run(), { overwrite, say });
const CONFIG = printConfig(loadRunConfig().config);

/** A run as training leaves it. */
const WRITTEN = [
  'config.yaml',
  'metrics.csv',
  'mlflow.json',
  'wandb/offline-run-20261126_161500-0a1b2c3d/run-0a1b2c3d.wandb',
  'metrics.jsonl',
  'system.jsonl',
  'summary.json',
  'failure.txt',
  'checkpoints/last.json',
  'checkpoints/last.safetensors',
  'checkpoints/last.state-12-3.safetensors',
  'checkpoints/best.json',
  'tensorboard/events.out.tfevents.1795680000.host.12',
];

function writeAll(names: readonly string[], text = (name: string) => name): void {
  for (const name of names) {
    mkdirSync(dirname(join(run(), name)), { recursive: true });
    writeFileSync(join(run(), name), name === 'config.yaml' ? CONFIG : text(name));
  }
}

/** Every file below with its contents. */
function contents(root: string): Map<string, string> {
  const entries = existsSync(root) ? readdirSync(root, { withFileTypes: true, recursive: true }) : [];
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.sort().map((file) => [relative(root, file), readFileSync(file, 'utf8')]));
}

describe('RunFolder', () => {
  it('gives a new run the next free name, and leaves the earlier ones as they are', async () => {
    const first = await create();
    writeAll(WRITTEN);
    first.release();
    mkdirSync(`${run()}-2`);
    writeFileSync(`${run()}-3`, 'a file');
    const before = contents(join(folder, 'runs'));
    const second = await create();
    second.release();
    expect(second.path).toBe(`${run()}-4`);
    expect(second.name).toBe('sroie-4');
    expect(contents(join(folder, 'runs'))).toEqual(before);
  });

  it('gives ten runs that begin at once ten names', async () => {
    const folders = await Promise.all(Array.from({ length: 10 }, () => create()));
    for (const { path } of folders) expect(existsSync(path)).toBe(true);
    expect(new Set(folders.map(({ path }) => path)).size).toBe(10);
    for (const folder of folders) folder.release();
  });

  it('when it overwrites, removes what a run wrote and keeps what a user put there', async () => {
    const mine = [
      'notes.md',
      'config.yaml.bak',
      'metrics.jsonl.txt',
      'checkpoints/best of may.safetensors',
      'checkpoints/last.state-mine.safetensors',
      'overlays/page.png',
      'tensorboard/readme.txt',
      'wandb/offline-run-20261126_161500-0a1b2c3d/run-0a1b2c3d.wandb.synced',
      'wandb/offline-run-mine/run-0a1b2c3d.wandb',
    ];
    writeAll([...WRITTEN, ...mine]);
    const image = { create: { width: 20, height: 20, channels: 3, background: 'white' } } as const;
    await sharp(image).png().toFile(join(folder, 'page.png'));
    const { png } = await renderOverlay(join(folder, 'page.png'), [], []);
    writeFileSync(join(run(), 'overlays/drawn.png'), png);
    (await create(true)).release();
    expect([...contents(run()).keys()]).toEqual([...mine, 'config.yaml'].sort());
  });

  it('overwrites nothing that no run made', async () => {
    mkdirSync(run(), { recursive: true });
    // Another program's project: the names are the same.
    for (const [name, text] of [
      ['config.yaml', 'lr: 1\n'],
      ['summary.json', '{}'],
    ] as const)
      writeFileSync(join(run(), name), text);
    await expect(create(true)).rejects.toThrow(/sroie is no run, so there is nothing to overwrite/);
    expect(readFileSync(join(run(), 'config.yaml'), 'utf8')).toBe('lr: 1\n');
    rmSync(run(), { recursive: true });
    writeFileSync(run(), '');
    await expect(create(true)).rejects.toThrow(/is no run/);
  });

  it('does not overwrite a run that is at work', async () => {
    const first = await create();
    writeAll(WRITTEN);
    await expect(create(true)).rejects.toThrow(/is in use by process/);
    expect(contents(run()).size).toBe(WRITTEN.length + 1);
    first.release();
  });

  it('goes on in place, without what killed writes have left', async () => {
    writeAll(WRITTEN);
    const before = contents(run());
    writeAll(['checkpoints/last.json.123-0.tmp', 'overlays/a b.png.7-2.tmp', 'summary.json.9-0a1b2c3d.tmp']);
    const mine = ['draft.1-0.tmp', 'checkpoints/mine.json.1-0.tmp', 'summary.json.tmp'];
    writeAll(mine);
    const resumed = await RunFolder.reopen(run(), say);
    resumed.release();
    expect(contents(run())).toEqual(new Map([...before, ...mine.map((name) => [name, name] as const)]));
  });

  it('touches nothing of a user, wherever it stands', async () => {
    const place = fc.constantFrom(
      '',
      'sroie',
      'sroie/checkpoints',
      'sroie/overlays',
      'sroie/tensorboard',
      'sroie-2',
    );
    const name = fc.oneof(
      fc.constantFrom(
        'notes.md',
        '.running',
        'last.jsonl',
        'best.json~',
        'events.out',
        'page.png',
        'a.tmp',
        '-',
      ),
      fc.stringMatching(/^[a-z.]{1,12}$/).filter((text) => !/^\.{1,2}$/.test(text)),
    );
    const files = fc.uniqueArray(fc.tuple(place, name), { maxLength: 8, selector: (file) => file.join('/') });
    await fc.assert(
      fc.asyncProperty(files, fc.boolean(), fc.boolean(), async (files, isRun, overwrite) => {
        const runs = join(folder, 'runs');
        rmSync(runs, { recursive: true, force: true });
        if (isRun) writeAll(WRITTEN);
        const written = new Set(WRITTEN.map((file) => join('sroie', file)));
        for (const path of files.map((file) => join(...file))) {
          if (written.has(path)) continue;
          try {
            mkdirSync(dirname(join(runs, path)), { recursive: true });
            writeFileSync(join(runs, path), 'mine', { flag: 'wx' });
          } catch {
            // One of the names is a folder of another.
          }
        }
        const before = contents(runs);
        for (const begin of [() => create(overwrite), () => RunFolder.reopen(run(), say)]) {
          if (!existsSync(run())) break;
          await begin().then(
            (opened) => opened.release(),
            (error) => expect(error).toMatchObject({ exitCode: 2 }),
          );
        }
        const after = contents(runs);
        for (const [path, text] of before) {
          if (!overwrite || !written.has(path)) expect(after.get(path), path).toBe(text);
        }
      }),
      { numRuns: 60 },
    );
  });
});

it('overwrites a run whose checkpoints lie on another disk, there', async () => {
  const first = await create();
  writeAll(WRITTEN);
  first.release();
  const elsewhere = join(folder, 'elsewhere');
  renameSync(join(run(), 'checkpoints'), elsewhere);
  symlinkSync(elsewhere, join(run(), 'checkpoints'));
  const second = await create(true);
  expect(readdirSync(elsewhere)).toEqual([]);
  second.write('checkpoints/last.json', 'new');
  expect(contents(elsewhere)).toEqual(new Map([['last.json', 'new']]));
  second.release();
});

describe('a run whose folder is moved while it writes', () => {
  /** With what stands in its place. */
  function move(): void {
    renameSync(run(), join(folder, 'moved'));
    mkdirSync(join(run(), 'checkpoints'), { recursive: true });
    writeFileSync(join(run(), 'checkpoints/last.json'), 'mine');
    writeFileSync(join(run(), 'checkpoints/last.state-1-0.safetensors'), 'mine');
  }
  const MINE = new Map([
    ['checkpoints/last.json', 'mine'],
    ['checkpoints/last.state-1-0.safetensors', 'mine'],
  ]);
  const MOVED = /sroie was moved or removed while its run was training/;

  const run1 = {
    step: 1,
    epoch: 0,
    batch: 0,
    validationDue: false,
    seed: 1,
    updater: { precision: {}, optimizerStep: 1, averageUpdates: 0 },
    callbacks: {},
    tracker: null,
    metrics: {},
  };
  const CHECKPOINT = { run: run1, weights: new Map(), state: new Map(), model: {}, data: {}, config: {} };

  it.each([0, 1, 2])('leaves alone what comes there: a checkpoint, after %d of its files', async (files) => {
    const held = await create();
    let written = 0;
    const save = () =>
      saveCheckpoint(held.checkpoints, 'last', CHECKPOINT, (file, contents) => {
        if (written === files) move();
        written += 1;
        held.replace(file, contents);
      });
    expect(save).toThrow(MOVED);
    expect(contents(run())).toEqual(MINE);
    held.release();
  });

  it('does not make it again where nothing comes there', async () => {
    const held = await create();
    renameSync(run(), join(folder, 'moved'));
    expect(() => saveCheckpoint(held.checkpoints, 'last', CHECKPOINT, held.replace.bind(held))).toThrow(
      MOVED,
    );
    expect(existsSync(run())).toBe(false);
    held.release();
  });

  /** Contents whose reading moves the folder: of an array before the file is opened, of its part when it is. */
  const MOVING = {
    'before a file is opened': () => {
      const parts = [new Uint8Array(1)];
      const [part] = parts;
      return Object.defineProperty(parts, 0, { get: () => afterMoving(part) });
    },
    'while a file is written': () => [
      Object.defineProperty(new Uint8Array(1), 'length', { get: () => afterMoving(1) }),
    ],
  };

  function afterMoving<T>(value: T): T {
    if (!existsSync(join(folder, 'moved'))) move();
    return value;
  }

  it.each(Object.entries(MOVING))('leaves alone what comes there %s', async (_, moving) => {
    const held = await create();
    expect(() => held.replace(held.file('summary.json'), moving())).toThrow(MOVED);
    expect(contents(run())).toEqual(MINE);
    held.release();
  });
});

describe('checkPlace', () => {
  it.each([
    [
      'a name that is too long',
      () => join(folder, 'a'.repeat(300)),
      /its name is too long; choose a shorter one/,
    ],
    [
      'a path that is too long',
      () => join(folder, ...Array.from({ length: 40 }, () => 'b'.repeat(100))),
      /its name is too long/,
    ],
    [
      'a file where a folder should be',
      () => {
        writeFileSync(join(folder, 'runs'), '');
        return run();
      },
      /a file stands where a folder should be; choose another folder/,
    ],
    [
      'a circle of links',
      () => {
        symlinkSync(join(folder, 'runs'), join(folder, 'runs'));
        return run();
      },
      /circle of links/,
    ],
  ])('says what is wrong with %s, and makes nothing', (_, place, message) => {
    const path = place();
    const before = readdirSync(folder);
    expect(() => checkPlace(path)).toThrow(RunFileError);
    expect(() => checkPlace(path)).toThrow(message);
    expect(readdirSync(folder)).toEqual(before);
  });

  it.runIf(existsSync('/proc/self'))('ends where no folder can be made', async () => {
    const created = RunFolder.create('/proc/inkstone/dbnet', { overwrite: false, say: () => {} });
    await expect(created).rejects.toThrow(RunFileError);
  });

  it('says that a disk is read-only', ({ skip }) => {
    // Only root may mount.
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', folder]);
    skip(status !== 0);
    try {
      expect(() => checkPlace(run())).toThrow(
        /the file system is read-only; choose a folder that you may write to/,
      );
    } finally {
      spawnSync('umount', ['-l', folder]);
    }
  });
});
