/** Facts about the files that one entry was made from: when they change, that entry is recomputed and no other. */
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { checksum, textDigest } from './checksum.js';
import type { CacheConfig } from './config.js';

const sourceFactSchema = z.object({
  path: z.string(),
  size: z.number(),
  mtimeMs: z.number(),
  /** 16 hex digits over the bytes; only with `fingerprint: content`. */
  content: z.string().exactOptional(),
});
export type SourceFact = Readonly<z.output<typeof sourceFactSchema>>;

export const sourceFilesSchema = z.record(z.string(), z.array(sourceFactSchema));

/** Looks at a file now. `content` reads it: the only way to see another content of equal size and time. */
export function sourceFact(path: string, mode: CacheConfig['fingerprint'] = 'stat'): SourceFact {
  const { size, mtimeMs } = statSync(path);
  return mode === 'stat' ? { path, size, mtimeMs } : { path, size, mtimeMs, content: contentOf(path) };
}

const contentOf = (path: string) => checksum([readFileSync(path)]).toString('hex');

const NO_SOURCES = textDigest('').subarray(0, 8);

/** Eight bytes over the facts of an entry's sources, in their order. By content, the time does not matter. */
export function sourcesDigest(sources: readonly SourceFact[]): Buffer {
  if (sources.length === 0) return NO_SOURCES;
  const facts = sources.map(({ size, mtimeMs, content }) => `${size}/${content ?? mtimeMs}`);
  return textDigest(facts.join('|')).subarray(0, 8);
}

/** Files by what they are, e.g. `{ image: […], label: […] }`; the names appear in the log. */
export type SourceFiles = Readonly<Record<string, readonly SourceFact[]>>;

/** e.g. `["3 label files changed", "1 image file added"]`. */
export function describeSourceChanges(before: SourceFiles, after: SourceFiles): string[] {
  const roles = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return roles.flatMap((role) => {
    const old = new Map(
      (before[role] ?? []).map((fact) => [fact.path, sourcesDigest([fact]).toString('hex')]),
    );
    const now = new Map(
      (after[role] ?? []).map((fact) => [fact.path, sourcesDigest([fact]).toString('hex')]),
    );
    const changed = [...now].filter(([path, digest]) => old.has(path) && old.get(path) !== digest).length;
    const added = [...now.keys()].filter((path) => !old.has(path)).length;
    const removed = [...old.keys()].filter((path) => !now.has(path)).length;
    const say = (count: number, what: string) =>
      count > 0 ? [`${count} ${role} ${count === 1 ? 'file' : 'files'} ${what}`] : [];
    return [...say(changed, 'changed'), ...say(added, 'added'), ...say(removed, 'removed')];
  });
}
