/**
 * The embedded data set: receipts rendered once into an ICDAR folder, which the ICDAR reader then serves as it would any
 * other. A folder is named by everything that shaped it and appears in one rename, so whatever is there is complete.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { hashString, mix } from 'inkstone-detect/random';
import { compiledProgram, InkstoneError, mapConcurrent, WorkerPool } from '../../system/index.js';
import type { RenderTask } from './render.js';

export interface SyntheticDatasetOptions {
  /** Folder that holds rendered sets. */
  readonly root: string;
  readonly seed: number;
  readonly trainCount: number;
  readonly valCount: number;
  /** Longest side of the pictures, pixels. Default 900. */
  readonly size?: number;
  /** From 0 (flat and clean) to 1. Default 0.7. */
  readonly difficulty?: number;
  /** Threads; 0 renders in this one. The pictures are the same whatever it is. Default: one a processor. */
  readonly workers?: number;
  /** Called after each receipt, train and val together. Not called when the set was there already. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Renders the set unless it is there.
 *
 * @returns the ICDAR root: `train` and `val`, each with `images/0000.jpg` and `gt/0000.txt`
 */
export async function ensureSyntheticDataset(options: SyntheticDatasetOptions): Promise<string> {
  const { DEFAULT_DIFFICULTY, DEFAULT_LONGEST_SIDE, GENERATOR_VERSION } = await import('inkstone-receipts');
  const { root, seed, trainCount, valCount, onProgress } = options;
  const { size = DEFAULT_LONGEST_SIDE, difficulty = DEFAULT_DIFFICULTY } = options;
  const target = join(
    root,
    nameOf(JSON.stringify([GENERATOR_VERSION, seed, trainCount, valCount, size, difficulty])),
  );
  if (await exists(target)) return target;

  // Two processes may render the same set at once: each in a folder of its own, the first to finish keeps the name.
  const draft = `${target}.${randomUUID()}.tmp`;
  const tasks: RenderTask[] = [];
  for (const [split, count] of [
    ['train', trainCount],
    ['val', valCount],
  ] as const) {
    const folder = join(draft, split);
    for (const below of ['images', 'gt']) await mkdir(join(folder, below), { recursive: true });
    for (let index = 0; index < count; index++) tasks.push({ folder, split, seed, index, size, difficulty });
  }
  try {
    await renderAll(tasks, options.workers ?? availableParallelism(), (done) =>
      onProgress?.(done, tasks.length),
    );
    await rename(draft, target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
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
