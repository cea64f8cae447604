/**
 * Which process this is, among all that are and will be: the number alone is given again, after a restart and in every
 * container.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

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

/**
 * Undefined: nobody can tell from here. It counts its processes apart from us (another machine, another container), or may not be seen
 * by us.
 *
 * @param lastSign when it last gave one, in milliseconds since 1970: a machine of our name is ours before its restart, or another
 */
export function isAlive(
  other: ProcessIdentity,
  lastSign = 0,
  self: ProcessIdentity = thisProcess(),
): boolean | undefined {
  if (other.host === self.host && other.boot !== self.boot) {
    return lastSign < Date.now() - 1000 * uptime() ? false : undefined;
  }
  const isNeighbour =
    other.boot === self.boot &&
    other.namespace === self.namespace &&
    (self.namespace !== null || other.host === self.host);
  if (!isNeighbour) return undefined;
  if (self.started === null) return isThere(other.pid);
  const started = startOf(other.pid);
  if (started !== null) return started === other.started;
  // The system may hide what other users run (hidepid).
  return isThere(other.pid) ? undefined : false;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of `/proc/PID/stat`, or that it is over; null for a process that is not seen, and where there is no `/proc`. */
function startOf(pid: number): string | null {
  return orNull(() => {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = status.slice(status.lastIndexOf(')') + 2).split(' ');
    const isOver = state === 'Z' || state === 'X';
    return isOver ? 'over' : (fields[18] ?? null);
  });
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
