/** How long a soak test runs: the full count under `npm run test:soak`, a small one in `npm test`. */
export const isSoak = process.env.INKSTONE_SOAK === '1';

export const rounds = (full: number, small: number): number => (isSoak ? full : small);

/** Generous for the full count, vitest's usual patience for the small one. */
export const TIMEOUT_MS = isSoak ? 60 * 60_000 : 30_000;
