import type { Dataset } from './dataset.js';

/** `skipped.jsonl`: every file and line that is not trained on, with its reason and what became of it, one a line. */
export function skippedLines(datasets: readonly Pick<Dataset, 'skipped' | 'split'>[]): string {
  return datasets
    .flatMap(({ split, skipped }) =>
      skipped.map(({ path, line, message, ignored }) => {
        const outcome = ignored ? 'text ignored' : 'image left out';
        return `${JSON.stringify({ split, path, line, reason: message, outcome })}\n`;
      }),
    )
    .join('');
}
