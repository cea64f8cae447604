/** `health.json` beside a namespace's entries: the health of its last use, and in short that of the ones before. */

import { z } from 'zod';
import { replaceFile } from '../system/index.js';
import { healthFile } from './layout.js';
import { readJson } from './namespace.js';

/** How a cache did while one program had it open. */
const useSchema = z.object({
  /** When it was closed, in the form of ISO 8601. */
  at: z.string(),
  hit_rate_percent: z.number(),
  /** Entries that were found damaged and computed again. */
  healed: z.number(),
  /** What differed from the use before, so that its entries could not be read. */
  changes: z.array(z.string()),
});

export type CacheUse = Readonly<z.output<typeof useSchema>>;

const savedSchema = z.looseObject({ uses: z.array(useSchema).catch([]) });

/** Older ones are forgotten. */
const MOST_USES = 100;

export interface SavedHealth {
  /** Null before a use has ended in order. */
  readonly last: Readonly<Record<string, unknown>> | null;
  /** The oldest first, the last one included. */
  readonly uses: readonly CacheUse[];
}

export function readHealth(folder: string): SavedHealth {
  const saved = readJson(healthFile(folder), savedSchema);
  if (saved === undefined) return { last: null, uses: [] };
  const { uses, ...last } = saved;
  return { last, uses };
}

/** Throws as the file system does. */
export function writeHealth(folder: string, health: Readonly<Record<string, unknown>>): void {
  const { uses: earlier } = readHealth(folder);
  // Who only looked has nothing to say of it.
  const isUse = Number(health.total_accesses) > 0;
  const use = useSchema.parse({ ...health, at: new Date().toISOString() });
  const uses = isUse ? [...earlier, use].slice(-MOST_USES) : earlier;
  replaceFile(healthFile(folder), JSON.stringify({ ...health, uses }, null, 2));
}
