/**
 * One filler per entry among threads and processes. A claim is a symbolic link whose target names its owner: made in
 * one step, with its content, or not at all. A claim whose owner is dead, or that was seen unchanged for long, is taken
 * over; should two take it over at once, the value is computed twice and is the same.
 */
import { lutimesSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, thisProcess } from '../system/index.js';
import { lstatIfThere } from './layout.js';
import { removeFile } from './sweep.js';

/**
 * A claim that did not change for so long belongs to a thread that ended or to a machine that is gone. Measured by the clock
 * of whoever waits, while it waits: the times in the claim come from another machine's clock, which may be wrong.
 */
const ABANDONED_AFTER_MS = 10_000;
/** So old a time is taken at its word: should the clock be wrong, a value is computed twice. */
const OUTDATED_AFTER_MS = 60 * 60 * 1000;
const RENEW_EVERY_MS = 2_000;

const SELF = thisProcess();
const OWNER = `${SELF.pid}:${SELF.started ?? ''}:${SELF.host}`;

function isOwnerDead(owner: string): boolean {
  const [pid, start, ...host] = owner.split(':');
  if (host.join(':') !== SELF.host) return false;
  return isAlive({ ...SELF, pid: Number(pid), started: start || null }) === false;
}

export class Claims {
  readonly #folder: string;
  readonly #inFolder: (folder: string, action: () => void) => void;
  readonly #held = new Set<string>();
  #renewal: NodeJS.Timeout | undefined;

  /** `inFolder` runs the action again in a folder that it had to make. */
  constructor(folder: string, inFolder: (folder: string, action: () => void) => void) {
    this.#folder = folder;
    this.#inFolder = inFolder;
  }

  /**
   * To be called again and again until the value is there. True: the entry is ours to fill, until `release`. False: somebody
   * else is at it. Throws as the file system does.
   */
  taker(name: string): () => boolean {
    const path = join(this.#folder, name);
    const look = watch(path);
    return () => {
      for (let attempt = 0; attempt < 2; attempt++) {
        if (this.#take(path)) return true;
        const sight = look();
        if (sight === 'held') return false;
        // Something of a user's in the place of a claim: better compute a value twice than touch it.
        if (sight === 'foreign') return true;
        if (sight === 'abandoned') removeFile(path);
      }
      return false;
    };
  }

  #take(path: string): boolean {
    try {
      this.#inFolder(this.#folder, () => symlinkSync(OWNER, path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
    this.#held.add(path);
    this.#renewal ??= setInterval(() => this.#renew(), RENEW_EVERY_MS).unref();
    return true;
  }

  /** Of a claim that `taker` gave us; anything else is left alone. */
  release(name: string): void {
    const path = join(this.#folder, name);
    if (!this.#held.delete(path)) return;
    removeFile(path);
    if (this.#held.size === 0) {
      clearInterval(this.#renewal);
      this.#renewal = undefined;
    }
  }

  #renew(): void {
    const now = Date.now() / 1000;
    for (const path of this.#held) {
      try {
        lutimesSync(path, now, now);
      } catch {
        // Cleared under us: the value is filled all the same.
      }
    }
  }
}

type Sight = 'held' | 'abandoned' | 'gone' | 'foreign';

/** What stands at a claim's path, by all that was seen of it since the first call. */
function watch(path: string): () => Sight {
  let seen = '';
  let since = 0;
  return () => {
    const status = lstatIfThere(path);
    if (!status) return 'gone';
    const owner = status.isSymbolicLink() ? ownerOf(path) : undefined;
    if (owner === undefined) return 'foreign';
    if (isOwnerDead(owner) || Date.now() - status.mtimeMs > OUTDATED_AFTER_MS) return 'abandoned';
    const now = [owner, status.ino, status.mtimeMs, status.ctimeMs].join();
    if (now !== seen) since = performance.now();
    seen = now;
    return performance.now() - since > ABANDONED_AFTER_MS ? 'abandoned' : 'held';
  };
}

/** As `OWNER` is written; undefined for any other link. */
function ownerOf(path: string): string | undefined {
  try {
    const target = readlinkSync(path);
    return /^\d+:\d*:/.test(target) ? target : undefined;
  } catch {
    return undefined;
  }
}
