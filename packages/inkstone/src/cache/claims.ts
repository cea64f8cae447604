/**
 * One filler per entry among threads and processes. A claim is a symbolic link whose target names its owner: made in
 * one step, with its content, or not at all. A claim whose owner is dead, or that nobody renewed, is taken over; should
 * two take it over at once, the value is computed twice and is the same.
 */
import {
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A claim of a live process that was not renewed for so long belongs to a thread that ended. */
const ABANDONED_AFTER_MS = 10_000;
const RENEW_EVERY_MS = 2_000;

const HOST = hostname();

/** Tells a process from a later one with the same id; empty where the system does not say. */
function startTime(pid: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

const OWNER = `${process.pid}:${startTime(process.pid)}:${HOST}`;

function isOwnerDead(owner: string): boolean {
  const [pid, start, ...host] = owner.split(':');
  if (host.join(':') !== HOST) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  return startTime(Number(pid)) !== start;
}

export class Claims {
  readonly #folder: string;
  readonly #held = new Set<string>();
  #renewal: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** True: the entry is ours to fill, until `release`. False: somebody else is at it. Throws on a read-only root. */
  take(name: string): boolean {
    const path = join(this.#folder, name);
    for (let attempt = 0; ; attempt++) {
      try {
        symlinkSync(OWNER, path);
        break;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT' && attempt === 0) mkdirSync(this.#folder, { recursive: true });
        else if (code !== 'EEXIST' || attempt > 1) throw error;
        else if (!isAbandoned(path)) return false;
        else unlinkIfThere(path);
      }
    }
    this.#held.add(path);
    this.#renewal ??= setInterval(() => this.#renew(), RENEW_EVERY_MS).unref();
    return true;
  }

  /** Of a claim that `take` gave us; anything else is left alone. */
  release(name: string): void {
    const path = join(this.#folder, name);
    if (!this.#held.delete(path)) return;
    unlinkIfThere(path);
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

function isAbandoned(path: string): boolean {
  try {
    const { mtimeMs } = lstatSync(path);
    return isOwnerDead(readlinkSync(path)) || Date.now() - mtimeMs > ABANDONED_AFTER_MS;
  } catch {
    return true; // released meanwhile, or not a claim
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already.
  }
}
