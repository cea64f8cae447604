import { InkstoneError } from '../system/index.js';

/** A data worker ended on its own: killed, out of memory, or by a mistake in a library. */
export class LoaderError extends InkstoneError {
  constructor(worker: number, how: string, samples: readonly string[]) {
    const shown = samples.slice(0, 4).join(', ') + (samples.length > 4 ? ', …' : '');
    const during = samples.length > 0 ? ` while it prepared ${shown}` : '';
    super(
      `Data worker ${worker} ended (${how})${during}. Set data.num_workers=0 to prepare batches in the main thread, ` +
        'where the cause shows itself.',
    );
  }
}
