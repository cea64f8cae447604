/**
 * The embedded data set: receipts rendered once into an ICDAR folder, which the ICDAR reader then serves as it would any
 * other. A folder is named by everything that shaped it and appears in one rename, so whatever is there is complete.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { hashString, mix } from 'inkstone-detect/random';
import { z } from 'zod';
import {
  compiledProgram,
  InkstoneError,
  InputError,
  mapConcurrent,
  prepareFolder,
  RunFileError,
  systemReason,
  WorkerPool,
} from '../../system/index.js';
import { MAX_SIDE } from '../sample.js';
import type { RenderTask } from './render.js';

/** Receipts of a split: more would be drawn for days. */
const MAX_COUNT = 100_000;

export const syntheticSchema = z
  .strictObject({
    train_count: z.int().min(1).max(MAX_COUNT).default(400).describe('Receipts to train on.'),
    val_count: z.int().min(1).max(MAX_COUNT).default(100).describe('Receipts to validate on.'),
    seed: z
      .int()
      .min(0)
      .default(0)
      .describe('Another seed draws other receipts; the same one the same on every machine.'),
    size: z.int().min(64).max(MAX_SIDE).default(900).describe('Longest side of the pictures, in pixels.'),
    difficulty: z
      .number()
      .min(0)
      .max(1)
      .default(0.7)
      .describe('From 0 (flat and clean) to 1 (crumpled, faded, badly lit).'),
  })
  .prefault({})
  .describe('What data=synthetic draws.');

/** Without these the set is drawn by one thread a processor, in silence. */
interface DrawingOptions {
  /** Threads; 0 draws in this one. The pictures are the same whatever it is. */
  readonly workers?: number;
  /** Called after each receipt, train and val together. Not called when the set was there already. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Renders the set below `root` unless it is there.
 *
 * @returns the ICDAR root: `train` and `val`, each with `images/0000.jpg` and `gt/0000.txt`
 * @throws InputError when the package that draws is not installed, or `root` holds somebody else's files; RunFileError
 */
export async function ensureSyntheticDataset(
  root: string,
  { seed, train_count, val_count, size, difficulty }: z.output<typeof syntheticSchema>,
  { workers = availableParallelism(), onProgress }: DrawingOptions = {},
): Promise<string> {
  const { GENERATOR_VERSION } = await receipts();
  const target = join(
    root,
    nameOf(JSON.stringify([GENERATOR_VERSION, seed, train_count, val_count, size, difficulty])),
  );
  if (await exists(target)) return target;
  await claim(root);
  await removeAbandoned(root);

  // Two processes may render the same set at once: each in a folder of its own, the first to finish keeps the name.
  const draft = `${target}.${randomUUID()}.tmp`;
  const tasks: RenderTask[] = [];
  try {
    for (const [split, count] of [
      ['train', train_count],
      ['val', val_count],
    ] as const) {
      const folder = join(draft, split);
      for (const below of ['images', 'gt']) await mkdir(join(folder, below), { recursive: true });
      for (let index = 0; index < count; index++)
        tasks.push({ folder, split, seed, index, size, difficulty });
    }
    await renderAll(tasks, workers, (done) => onProgress?.(done, tasks.length));
    await rename(draft, target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error;
    });
  } catch (error) {
    // What the system refused has a code: a full disk, mostly.
    throw (error as NodeJS.ErrnoException).code === undefined ? error : new RunFileError(target, error);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}

const DRAFT = /^[\da-f]{16}\.[\da-f-]{36}\.tmp$/;
/** A receipt is drawn in less than a second. */
const ABANDONED_MS = 3_600_000;

/** Removes what drawings that were interrupted have left: nothing was drawn into it for an hour. */
async function removeAbandoned(root: string): Promise<void> {
  for (const name of (await readdir(root)).filter((name) => DRAFT.test(name))) {
    const draft = join(root, name);
    const places = [draft, join(draft, 'train/images'), join(draft, 'val/images')];
    const drawn = await Promise.all(
      places.map((place) =>
        stat(place).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      ),
    );
    if (Math.max(...drawn) < Date.now() - ABANDONED_MS) await rm(draft, { recursive: true, force: true });
  }
}

/** Stands in every folder that is drawn into. */
const MARK = '.inkstone-receipts';
const MARK_TEXT =
  'Receipts drawn by Inkstone (data=synthetic). The folder may be deleted: they are drawn again.\n';

/** Makes `root`, or takes it when it is empty or drawn into before: a folder of somebody else's is never written into. */
async function claim(root: string): Promise<void> {
  const names = await readdir(root).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new InputError(
      `${root}: nothing can be drawn there: ${systemReason(error)}; set data.root to a new folder`,
    );
  });
  if (names.includes(MARK)) return;
  if (names.length > 0) {
    throw new InputError(
      `${root}: is not a folder of drawn receipts, so nothing is drawn into it; to train on what is there set data=icdar, ` +
        'data=paddle or data=json (data=synthetic is the default), to draw receipts set data.root to a new folder',
    );
  }
  prepareFolder(root);
  await writeFile(join(root, MARK), MARK_TEXT);
}

/** The package with the fonts and the canvas. It is optional: who trains on pictures of their own does without. */
async function receipts() {
  try {
    return await import('inkstone-receipts');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes('inkstone-receipts')) throw error;
    throw new InputError(
      'data=synthetic draws with the package inkstone-receipts, which is not installed: run "npm install inkstone-receipts", ' +
        'or read a data set of your own with data=icdar data.root=FOLDER',
    );
  }
}

async function renderAll(
  tasks: readonly RenderTask[],
  workers: number,
  onDone: (done: number) => void,
): Promise<void> {
  const threads = Math.min(workers, tasks.length);
  const pool = new WorkerPool<RenderTask, void>(
    threads,
    compiledProgram('./render-worker.js', import.meta.url),
    {
      name: 'inkstone receipts',
      died: (_, how) => new InkstoneError(`a thread that renders receipts ended (${how})`),
    },
  );
  const render =
    threads > 0 ? (task: RenderTask) => pool.run(task) : (await import('./render.js')).renderReceipt;
  let done = 0;
  try {
    await mapConcurrent(tasks, Math.max(1, threads), async (task) => {
      await render(task);
      onDone(++done);
    });
  } finally {
    await pool.close();
  }
}

/** 16 hex digits that change with every letter of the description. */
function nameOf(description: string): string {
  const low = hashString(description);
  const high = mix(hashString(`${description}.`), low);
  return [low, high].map((word) => word.toString(16).padStart(8, '0')).join('');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
