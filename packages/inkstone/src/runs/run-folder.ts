import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { z } from 'zod';
import { readConfigFile } from '../config/index.js';
import { type Contents, InputError, prepareFolder, RunFileError, writeAtomically } from '../system/index.js';
import {
  CHECKPOINTS,
  CONFIG,
  isUnfinished,
  OVERLAYS,
  removeRunFiles,
  removeUnfinished,
} from './run-files.js';
import { isLockFile, RunLock } from './run-lock.js';

/** As long as any name that a run writes. */
const LONGEST_FILE = join(CHECKPOINTS, 'best.state-100000000-1000000.safetensors.4194304-0123abcd.tmp');

export interface CreateOptions {
  /** Take the place of the run that is there, instead of the next free name. */
  readonly overwrite: boolean;
  readonly say: (line: string) => void;
}

/** `runs/<exp_name>/`: config.yaml, metrics.jsonl, summary.json, checkpoints/. Held by one process at a time. */
export class RunFolder {
  readonly #lock: RunLock;
  /** What goes with it. */
  #scratch: string | undefined;

  private constructor(
    readonly path: string,
    lock: RunLock,
  ) {
    this.#lock = lock;
  }

  /**
   * A folder for a new run. It never touches one that is there: the name is taken, or `<name>-2`, `<name>-3`, … With `overwrite`
   * the files of the earlier run go, and only they.
   */
  static async create(wanted: string, { overwrite, say }: CreateOptions): Promise<RunFolder> {
    const replaces = overwrite && existsSync(wanted);
    const path = replaces ? refuseForeign(wanted) : makeFolder(wanted);
    return RunFolder.#held(path, say, () => {
      if (replaces) removeRunFiles(path);
    });
  }

  /** The folder of an earlier run, to go on in place. */
  static async reopen(path: string, say: (line: string) => void): Promise<RunFolder> {
    return RunFolder.#held(path, say, () => removeUnfinished(path));
  }

  static async #held(path: string, say: (line: string) => void, tidy: () => void): Promise<RunFolder> {
    const folder = new RunFolder(path, await RunLock.take(path, say));
    try {
      tidy();
      return folder;
    } catch (error) {
      folder.release();
      throw new RunFileError(path, error);
    }
  }

  /** A folder for what nobody will read: of a rank that is not the lead. It goes when it is released. */
  static async scratch(name: string): Promise<RunFolder> {
    const parent = mkdtempSync(join(tmpdir(), 'inkstone-rank-'));
    const folder = await RunFolder.create(join(parent, name), { overwrite: false, say: () => {} });
    folder.#scratch = parent;
    return folder;
  }

  get name(): string {
    return basename(this.path);
  }

  get checkpoints(): string {
    return this.file(CHECKPOINTS);
  }

  get overlays(): string {
    return this.file(OVERLAYS);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, contents: Contents): void {
    this.replace(this.file(name), contents);
  }

  /**
   * Writes a file of this folder, or of a folder right in it, which is made.
   *
   * @throws RunFolderError, RunFileError
   */
  replace(file: string, contents: Contents): void {
    this.expectHeld();
    try {
      makeIfMissing(dirname(file));
      writeAtomically(file, contents, () => this.expectHeld());
    } catch (error) {
      // It may have gone in the middle of that: a rename that comes later finds no file of ours.
      this.expectHeld();
      throw error;
    }
  }

  /** A file that no longer holds. */
  remove(name: string): void {
    this.expectHeld();
    rmSync(this.file(name), { force: true });
  }

  /** @throws RunFolderError when it was moved away: what stands under its name now, if anything does, is not this run's. */
  expectHeld(): void {
    if (this.#lock.isHeld) return;
    throw new RunFolderError(
      `${this.path} was moved or removed while its run was training; go on with inkstone resume where it is now`,
    );
  }

  release(): void {
    this.#lock.release();
    if (this.#scratch !== undefined) rmSync(this.#scratch, { recursive: true, force: true });
  }
}

/** The run folder cannot be used: it is someone else's, or no longer there. */
export class RunFolderError extends InputError {}

/**
 * Whether a run can be put there, before work begins.
 *
 * @throws RunFileError
 */
export function checkPlace(path: string): void {
  try {
    statSync(join(path, LONGEST_FILE), { throwIfNoEntry: false });
    let parent = dirname(path);
    while (!existsSync(parent) && parent !== dirname(parent)) parent = dirname(parent);
    accessSync(`${parent}${sep}.`, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new RunFileError(path, error);
  }
}

/** The names that runs of one `exp_name` take, in their order: `dbnet`, `dbnet-2`, `dbnet-3`, … */
export const numbered = (path: string, number: number): string => (number === 1 ? path : `${path}-${number}`);

/** Of those who ask for one name at a time, the system gives it to one. */
function makeFolder(wanted: string): string {
  prepareFolder(dirname(wanted));
  try {
    for (let number = 1; ; number += 1) {
      const path = numbered(wanted, number);
      if (wasMade(path)) return path;
    }
  } catch (error) {
    throw new RunFileError(wanted, error);
  }
}

/** Not with its parents: a run's folder that was moved away does not come again. */
function makeIfMissing(path: string): void {
  try {
    wasMade(path);
  } catch (error) {
    throw new RunFileError(path, error);
  }
}

/** False: it is there already. */
function wasMade(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const runSchema = z.object({
  exp_name: z.string(),
  trainer: z.looseObject({}),
  model: z.looseObject({}),
  data: z.looseObject({}),
});

/** A folder with other things in it was not made by a run, and nothing in it is ours. */
function refuseForeign(path: string): string {
  if (!lstatSync(path).isDirectory() || !isRun(path)) {
    throw new RunFolderError(`${path} is no run, so there is nothing to overwrite; choose another exp_name`);
  }
  return path;
}

function isRun(path: string): boolean {
  const config = join(path, CONFIG);
  // Killed before it had written that, it left nothing else.
  if (!existsSync(config))
    return readdirSync(path).every((name) => isLockFile(name) || isUnfinished('', name));
  try {
    return runSchema.safeParse(readConfigFile(config).content).success;
  } catch {
    return false;
  }
}
