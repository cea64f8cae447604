/**
 * Lets a program outlive those who read what it prints: after `inkstone train | head -1` nobody reads any more, and the run
 * goes on to its end. What cannot be printed for another reason still ends it.
 */
export function outliveReaders(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
