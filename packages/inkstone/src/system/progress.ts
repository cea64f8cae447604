import { bar, duration } from './units.js';

const WIDTH = 30;
const REDRAW_MS = 100;

/**
 * A progress bar on standard error, where that is a terminal. Call it with what is done and what there is to do; it ends its
 * line by itself. Silent when `quiet`.
 */
export function progressBar(label: string, quiet = false): (done: number, total: number) => void {
  const start = performance.now();
  let drawn = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    if (quiet || !process.stderr.isTTY) return;
    const now = performance.now();
    if (done < total && now - drawn < REDRAW_MS) return;
    drawn = now;
    const seconds = (now - start) / 1000;
    const left = done === 0 ? '' : `, ${duration((seconds / done) * (total - done))} left`;
    const share = done / Math.max(1, total);
    process.stderr.write(
      `\r${label} ${bar(share, WIDTH)} ${done}/${total}${done < total ? left : `, ${seconds.toFixed(1)} s`}  `,
    );
    if (done >= total) process.stderr.write('\n');
  };
}
