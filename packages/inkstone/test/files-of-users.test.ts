/** Files, folders and runs of a user stand wherever train and resume write: none is changed or removed. */
import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { INKSTONE } from './program.js';
import { writeIcdar } from './receipt-folder.js';

const SMALL = [
  'data=icdar',
  'data.root=data',
  'data.size=64',
  'data.num_workers=0',
  'batch_size=2',
  'logger.tensorboard=true',
  'trainer.max_epochs=1',
  'exp_name=mine',
];

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-user-'));
  const sample = (id: string) => ({ id, width: 128, height: 96 });
  await writeIcdar(join(folder, 'data'), 'train', [sample('t0'), sample('t1')]);
  await writeIcdar(join(folder, 'data'), 'val', [sample('v0')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inkstone(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [INKSTONE, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** Everything below the data set and the runs: contents, links, empty folders. */
function look(): Map<string, string> {
  const paths = ['data', 'runs', 'elsewhere'].flatMap((root) =>
    readdirSync(join(folder, root), { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)),
  );
  return new Map(
    paths.map((path) => {
      const entry = lstatSync(join(folder, path));
      if (entry.isSymbolicLink()) return [path, `→ ${readlinkSync(join(folder, path))}`];
      return [path, entry.isFile() ? readFileSync(join(folder, path), 'base64') : 'folder'];
    }),
  );
}

function put(...names: string[]): Map<string, string> {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), `mine: ${name}`);
  }
  return look();
}

function expectKept(before: Map<string, string>, except = (_path: string) => false): void {
  const after = look();
  for (const [path, text] of before) if (!except(path)) expect(after.get(path), path).toBe(text);
}

const RUN = 'runs/mine-5';
/** Beside what a run wrote, under names that are nearly its own. */
const MINE = [
  'notes.md',
  '.running.md',
  'config.yaml~',
  'summary.json.tmp',
  'metrics.jsonl.1',
  'checkpoints/last.jsonl',
  'checkpoints/last-of-may.safetensors',
  'checkpoints/last.state-x.safetensors',
  'checkpoints/best/README',
  'overlays/page.png',
  'overlays/v0.png.txt',
  'tensorboard/events.txt',
].map((name) => join(RUN, name));

it('a new run takes a name that nothing has', () => {
  put('runs/mine/thesis.tex', 'runs/mine-2', 'runs/mine-3/config.yaml', 'elsewhere/note.txt');
  symlinkSync('../elsewhere', join(folder, 'runs/mine-4'));
  const before = look();
  expect(inkstone('train', ...SMALL)).toContain(`run: ${RUN}, because runs/mine is there already`);
  expectKept(before);
}, 180_000);

it('a run that goes on changes nothing but what it wrote itself', () => {
  const written = new Set(look().keys());
  const before = put(...MINE);
  inkstone('resume', RUN, 'trainer.max_epochs=2');
  expectKept(before, (path) => path.startsWith(RUN) && written.has(path));
}, 180_000);

it('a run that takes the place of another removes nothing but what that one wrote', () => {
  const before = look();
  const mine = new Set(MINE);
  inkstone('train', ...SMALL, 'exp_name=mine-5', '--overwrite');
  expectKept(before, (path) => path.startsWith(RUN) && !mine.has(path));
}, 180_000);

it('a picture of a user stays where an overlay would go', () => {
  rmSync(join(folder, RUN, 'overlays/v0.png'));
  const before = put(join(RUN, 'overlays/v0.png'));
  const kept = (path: string) => !path.endsWith('overlays/v0.png');
  expect(inkstone('resume', RUN, 'trainer.max_epochs=3')).toContain(
    "is not of Inkstone's making and stays as it is",
  );
  expectKept(before, (path) => path.startsWith(RUN) && kept(path) && !MINE.includes(path));
}, 180_000);
