import type { Terminal } from '../tracking/index.js';

/** What shells report for a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

/**
 * The first Ctrl-C (or SIGTERM) asks training to end with a checkpoint, the second ends the program.
 *
 * @param hasBegun whether there is something to save; until then, while data are drawn or read, the first one ends the program, too
 */
export function interruption(
  terminal: Terminal,
  hasBegun = () => true,
): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted || !hasBegun()) process.exit(INTERRUPTED);
    terminal.line('Finishing this step and saving; once more ends at once.');
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
