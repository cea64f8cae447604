import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { INKSTONE } from '../../../test/program.js';
import { createDataset } from '../dataset.js';
import { datasetSchema } from '../options.js';
import { readDataset } from '../read-dataset.js';
import { ensureSyntheticDataset, syntheticSchema } from './dataset.js';

const root = mkdtempSync(join(tmpdir(), 'inkstone-receipts-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const small = syntheticSchema.parse({ seed: 5, train_count: 3, val_count: 2, size: 240 });

const asModule = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;

/** Every file below a folder with its bytes. */
function contents(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files
      .map((file) => join(file.parentPath, file.name))
      .sort()
      .map((path) => [path.slice(folder.length), readFileSync(path, 'base64')]),
  );
}

describe('ensureSyntheticDataset', () => {
  it('renders the same files with no worker and with two', async () => {
    const [none, two] = await Promise.all(
      [0, 2].map((workers) => ensureSyntheticDataset(join(root, `workers-${workers}`), small, { workers })),
    );
    expect(contents(none).size).toBe(10);
    expect(contents(two)).toEqual(contents(none));
  });

  it('renders once, reports each receipt, and leaves nothing unfinished behind', async () => {
    const place = join(root, 'once');
    const steps: number[] = [];
    const options = { workers: 0, onProgress: (done: number, total: number) => steps.push(done / total) };
    const folder = await ensureSyntheticDataset(place, small, options);
    expect(steps).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    expect(readdirSync(place)).toEqual(['.inkstone-receipts', expect.stringMatching(/^[0-9a-f]{16}$/)]);
    writeFileSync(join(folder, 'mark'), '');
    expect(await ensureSyntheticDataset(place, small, options)).toBe(folder);
    expect(steps).toHaveLength(5);
    expect(readdirSync(folder)).toContain('mark');
  });

  it('removes what an interrupted drawing has left, once nothing is drawn into it any more', async () => {
    const place = join(root, 'left');
    await ensureSyntheticDataset(place, small, { workers: 0 });
    const drafts = ['1', '2'].map((digit) => join(place, `${digit.repeat(16)}.${randomUUID()}.tmp`));
    const long = Date.now() / 1000 - 7200;
    for (const draft of drafts) {
      mkdirSync(join(draft, 'train/images'), { recursive: true });
      for (const folder of [draft, join(draft, 'train/images')]) utimesSync(folder, long, long);
    }
    // Another process draws into the second one.
    writeFileSync(join(drafts[1]!, 'train/images/new.png'), '');
    await ensureSyntheticDataset(place, { ...small, seed: 6 }, { workers: 0 });
    expect(drafts.map((draft) => existsSync(draft))).toEqual([false, true]);
  });

  it('keeps sets of another seed, count or size apart', async () => {
    const place = join(root, 'apart');
    const tiny = { ...small, seed: 1, train_count: 1, val_count: 0, size: 120 };
    const folders = [tiny, { ...tiny, seed: 2 }, { ...tiny, val_count: 1 }, { ...tiny, size: 140 }].map(
      (set) => ensureSyntheticDataset(place, set, { workers: 0 }),
    );
    expect(new Set(await Promise.all(folders)).size).toBe(4);
  });

  it('gives one complete set to two that render it at once', async () => {
    const render = () => ensureSyntheticDataset(join(root, 'race'), small, { workers: 0 });
    const [a, b] = await Promise.all([render(), render()]);
    expect(a).toBe(b);
    expect(readdirSync(join(root, 'race'))).toHaveLength(2);
    expect(contents(a).size).toBe(10);
  });

  it('is read by the ICDAR reader without a complaint', async () => {
    const folder = await ensureSyntheticDataset(join(root, 'read'), small, { workers: 0 });
    const { samples, skipped } = readDataset(datasetSchema.parse({ root: folder, name: 'icdar' }), 'train');
    expect(skipped).toEqual([]);
    expect(samples.map(({ id }) => id)).toEqual(['0000', '0001', '0002']);
    for (const { instances } of samples) expect(instances.length).toBeGreaterThan(5);
  });

  it('is drawn by whoever opens data=synthetic, who then reads it as ICDAR', async () => {
    const log: string[] = [];
    const dataset = await createDataset({
      options: {
        name: 'synthetic',
        root: join(root, 'opened'),
        synthetic: { train_count: 3, val_count: 2, seed: 5, size: 240 },
      },
      split: 'val',
      log: (line) => log.push(line),
    });
    expect(dataset.length).toBe(2);
    expect(dataset.options.name).toBe('icdar');
    expect(log).toContain('[INFO] Drawing receipts: 5 of 5');
  });

  it("never writes into a folder of somebody else's", async () => {
    const place = join(root, 'own');
    mkdirSync(place);
    writeFileSync(join(place, 'notes.txt'), 'mine');
    await expect(ensureSyntheticDataset(place, small, { workers: 0 })).rejects.toThrow(
      /own: is not a folder of drawn receipts, so nothing is drawn into it; .*set data=icdar/,
    );
    expect(readdirSync(place)).toEqual(['notes.txt']);
    await expect(ensureSyntheticDataset(join(place, 'notes.txt'), small, { workers: 0 })).rejects.toThrow(
      /notes\.txt: nothing can be drawn there: a file stands where a folder should be; set data\.root/,
    );
  });

  it.runIf(existsSync('/proc/self'))('ends where no folder can be made', async () => {
    const drawn = ensureSyntheticDataset('/proc/inkstone/receipts', small, { workers: 0 });
    await expect(drawn).rejects.toThrow(/^\/proc\/inkstone\/receipts: cannot be written: /);
  });

  it('says when the disk is full, and leaves no half-drawn set there', async ({ skip }) => {
    const disk = join(root, 'small-disk');
    mkdirSync(disk);
    // Only root may mount.
    skip(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', disk]).status !== 0);
    try {
      const place = join(disk, 'receipts');
      await expect(ensureSyntheticDataset(place, small, { workers: 1 })).rejects.toThrow(
        /small-disk.*: cannot be written: no space left on the device; make room$/,
      );
      expect(readdirSync(place)).toEqual(['.inkstone-receipts']);
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  });

  it('without the package that draws, ends with one line that says how to get it', () => {
    const hooks =
      'export const resolve = (name, context, next) => next(name === "inkstone-receipts" ? `${name}-not-there` : name, context);';
    const register = `import { register } from 'node:module'; register(${JSON.stringify(asModule(hooks))});`;
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        '--import',
        asModule(register),
        INKSTONE,
        'train',
        'data=synthetic',
        `data.root=${join(root, 'none')}`,
      ],
      { cwd: root, encoding: 'utf8' },
    );
    expect(stderr).toMatch(
      /^error: data=synthetic draws with the package inkstone-receipts, which is not installed: run "npm install inkstone-receipts", or .* data=icdar data\.root=FOLDER\n$/m,
    );
    expect(status).toBe(2);
  });
});
