import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** A pipe that is closed, a terminal that is gone, a connection that was cut. */
const NOBODY_READS = ['EPIPE', 'EIO', 'ECONNRESET'];
const STANDARD_FILES = [0, 1, 2];

/**
 * Lets a program outlive those who read what it prints: after `inkstone train | head -1`, or when the terminal of a run in the
 * background goes away, nobody reads any more, and the run goes on to its end. What cannot be printed for another reason still
 * ends it.
 */
export function outliveReaders(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!NOBODY_READS.includes(String(error.code))) throw error;
    });
  }
  // Node 20 sets terminals back at its end, and aborts where one is gone (nodejs/node#51519). It passes over closed files.
  const terminals = STANDARD_FILES.filter((file) => isatty(file));
  process.once('exit', () => {
    for (const file of terminals) if (!isatty(file)) closeSync(file);
  });
}
