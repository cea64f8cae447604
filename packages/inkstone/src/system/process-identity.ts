/**
 * Which process this is, among all that are and will be: the number alone is given again, after a restart and in every
 * container.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Of the running system; another one after every restart. Null where the system does not say. */
  readonly boot: string | null;
  /** Where `pid` counts: containers number their processes anew. */
  readonly namespace: string | null;
  /** When the process began, in the system's own count. */
  readonly started: string | null;
}

export function thisProcess(): ProcessIdentity {
  const { pid } = process;
  return {
    pid,
    host: hostname(),
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
    started: startOf(pid),
  };
}

/** Undefined: it counts its processes apart from us (another machine, another container), so that nobody can tell from here. */
export function isAlive(other: ProcessIdentity, self: ProcessIdentity = thisProcess()): boolean | undefined {
  if (other.host === self.host && other.boot !== self.boot) return false;
  const isNeighbour =
    other.boot === self.boot &&
    other.namespace === self.namespace &&
    (self.namespace !== null || other.host === self.host);
  if (!isNeighbour) return undefined;
  if (self.started !== null) return startOf(other.pid) === other.started;
  try {
    process.kill(other.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of `/proc/PID/stat`; null for a process that is not there, and where there is no `/proc`. */
function startOf(pid: number): string | null {
  return orNull(() => {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = status.slice(status.lastIndexOf(')') + 2).split(' ');
    const isOver = state === 'Z' || state === 'X';
    return isOver ? null : (fields[18] ?? null);
  });
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
