import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError, RunFileError, writeAtomically } from '../system/index.js';

const LOCK = '.running.json';
const lockSchema = z.object({ pid: z.int().positive(), host: z.string() });
const CONFIG = 'config.yaml';
/** The folder of checkpoints in a run's folder. */
export const CHECKPOINTS = 'checkpoints';

/** `runs/<exp_name>/`: config.yaml, metrics.jsonl, summary.json, checkpoints/. Held by one process at a time. */
export class RunFolder {
  private constructor(
    readonly path: string,
    /** Where an earlier run of this name was put, if there was one. */
    readonly movedTo: string | undefined,
  ) {}

  /**
   * Takes the folder for a run. A fresh run never touches an earlier one of the same name: that is kept as `<name>.1`,
   * `<name>.2`, … A resumed run goes on in place.
   */
  static open(path: string, resumes: boolean): RunFolder {
    refuseForeign(path);
    refuseRunning(path);
    let movedTo: string | undefined;
    if (!resumes && existsSync(path) && readdirSync(path).length > 0) {
      movedTo = freeName(path);
      renameSync(path, movedTo);
    }
    try {
      mkdirSync(join(path, CHECKPOINTS), { recursive: true });
    } catch (error) {
      throw new RunFileError(path, error);
    }
    const folder = new RunFolder(path, movedTo);
    folder.write(LOCK, JSON.stringify({ pid: process.pid, host: hostname() }));
    return folder;
  }

  get checkpoints(): string {
    return join(this.path, CHECKPOINTS);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, contents: Uint8Array | string): void {
    writeAtomically(this.file(name), contents);
  }

  release(): void {
    rmSync(this.file(LOCK), { force: true });
  }
}

/** The run folder cannot be taken: it is someone else's. */
export class RunFolderError extends InputError {}

/** A folder with other things in it was not made by a run and is not ours to move. */
function refuseForeign(path: string): void {
  if (!existsSync(path)) return;
  const names = readdirSync(path);
  const ours = names.length === 0 || [CONFIG, LOCK, CHECKPOINTS].some((name) => names.includes(name));
  if (!ours)
    throw new RunFolderError(`${path} is no run folder but has files in it; choose another exp_name`);
}

function refuseRunning(path: string): void {
  const lock = join(path, LOCK);
  if (!existsSync(lock)) return;
  let holder: z.output<typeof lockSchema>;
  try {
    holder = lockSchema.parse(JSON.parse(readFileSync(lock, 'utf8')));
  } catch {
    // No run writes it otherwise than whole, so nobody is at work.
    return;
  }
  if (holder.host !== hostname() || holder.pid === process.pid) return;
  try {
    process.kill(holder.pid, 0);
  } catch {
    return;
  }
  throw new RunFolderError(
    `${path} is in use by process ${holder.pid}; choose another exp_name, or wait for it`,
  );
}

function freeName(path: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${path}.${number}`;
    if (!existsSync(name)) return name;
  }
}
