/**
 * One process at a time in a run folder. The lock is a file `.running-N.json` that says who holds it. It appears whole or not at
 * all, and of two that reach for the same number one gets it. A lock whose holder is gone is not removed first, which two
 * might do at once: the next number is taken, and whoever took one looks around once more before it counts.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import {
  InputError,
  isAlive,
  linkOrCopy,
  type ProcessIdentity,
  RunFileError,
  thisProcess,
} from '../system/index.js';

const LOCK = /^\.running-(\d{1,12})\.json$/;
/** What a process that was killed in the middle of taking the lock leaves. */
const CANDIDATE = /^\.running-[\da-f-]{36}\.tmp$/;

export const isLockFile = (name: string): boolean => LOCK.test(name) || CANDIDATE.test(name);

type Holder = ProcessIdentity;

const holderSchema: z.ZodType<Holder> = z.object({
  pid: z.int().positive(),
  host: z.string(),
  boot: z.string().nullable(),
  namespace: z.string().nullable(),
  started: z.string().nullable(),
});

interface Found {
  readonly file: string;
  readonly number: number;
  /** Undefined: the file does not say, so that nobody holds it. */
  readonly holder: Holder | undefined;
}

export interface Patience {
  /** How often a holder shows that it is alive, and how long one from another machine may be silent; in milliseconds. */
  readonly beat: number;
  readonly silence: number;
}

/** A step may keep a holder busy for a while. */
const PATIENCE: Patience = { beat: 5_000, silence: 60_000 };

/** Another process is at the run. */
export class RunInUseError extends InputError {}

export class RunLock {
  readonly #file: string;
  readonly #text: string;
  readonly #heart: NodeJS.Timeout;

  private constructor(file: string, text: string, beat: number) {
    this.#file = file;
    this.#text = text;
    this.#heart = setInterval(() => touch(file), beat).unref();
  }

  /**
   * @param say told when a holder on another machine has to be watched for a while
   * @param advice what to do when somebody else is there
   * @throws RunInUseError
   */
  static async take(
    folder: string,
    say: (line: string) => void,
    { beat, silence }: Patience = PATIENCE,
    advice = 'wait for it, or choose another exp_name',
  ): Promise<RunLock> {
    for (;;) {
      const before = locksIn(folder);
      for (const lock of before) await refuseLiving(lock, folder, silence, say, advice);
      const number = Math.max(0, ...before.map((lock) => lock.number)) + 1;
      const file = join(folder, `.running-${number}.json`);
      // One process may take several locks, one after the other, in one place.
      const text = JSON.stringify({ ...thisProcess(), lock: randomUUID() });
      if (!createWhole(file, text)) continue;
      try {
        const others = locksIn(folder).filter((lock) => lock.file !== file);
        for (const lock of others) await refuseLiving(lock, folder, silence, say, advice);
        for (const lock of others) rmSync(lock.file, { force: true });
      } catch (error) {
        rmSync(file, { force: true });
        throw error;
      }
      return new RunLock(file, text, beat);
    }
  }

  /** False once the folder was moved away or removed, although another run may stand there now. */
  get isHeld(): boolean {
    try {
      return readFileSync(this.#file, 'utf8') === this.#text;
    } catch {
      return false;
    }
  }

  release(): void {
    clearInterval(this.#heart);
    if (this.isHeld) rmSync(this.#file, { force: true });
  }
}

export interface RunHolder {
  readonly process: Holder;
  readonly isAlive: boolean;
  /** On this machine, where a signal reaches it. */
  readonly isHere: boolean;
}

/**
 * Who took the run last and has not let it go, for those who only look: nothing is waited for. A holder on another machine
 * counts as alive as long as its last beat is recent by our clock.
 */
export function runHolder(folder: string): RunHolder | undefined {
  const last = locksIn(folder).sort((one, other) => other.number - one.number)[0];
  if (last?.holder === undefined) return undefined;
  const known = isAlive(last.holder, lastBeat(last.file));
  const isSilent = Date.now() - (lastBeat(last.file) ?? 0) > PATIENCE.silence;
  return { process: last.holder, isAlive: known ?? !isSilent, isHere: known !== undefined };
}

function locksIn(folder: string): Found[] {
  return readdirSync(folder).flatMap((name) => {
    const number = LOCK.exec(name)?.[1];
    if (number === undefined) return [];
    const file = join(folder, name);
    return [{ file, number: Number(number), holder: readHolder(file) }];
  });
}

function readHolder(file: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

async function refuseLiving(
  { file, holder }: Found,
  folder: string,
  silence: number,
  say: (line: string) => void,
  advice: string,
): Promise<void> {
  if (holder === undefined) return;
  let alive = isAlive(holder, lastBeat(file));
  if (alive === undefined) {
    const where = `process ${holder.pid} on ${holder.host}`;
    say(`[INFO] ${folder} was in use by ${where}; waiting ${silence / 1000} s to see whether it still is`);
    const seen = lastBeat(file);
    await setTimeout(silence);
    const now = lastBeat(file);
    alive = now !== undefined && now !== seen;
  }
  if (alive) {
    const other = `process ${holder.pid}${holder.host === thisProcess().host ? '' : ` on ${holder.host}`}`;
    throw new RunInUseError(`${folder} is in use by ${other}; ${advice}`);
  }
}

/** By the clock of whoever keeps the file. */
function lastBeat(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

function touch(file: string): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // The folder was moved or removed; the run notices at its next checkpoint.
  }
}

/** False: somebody else was faster. */
function createWhole(file: string, text: string): boolean {
  const candidate = join(dirname(file), `.running-${randomUUID()}.tmp`);
  try {
    writeFileSync(candidate, text, { flag: 'wx' });
    linkOrCopy(candidate, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new RunFileError(file, error);
  } finally {
    rmSync(candidate, { force: true });
  }
}
