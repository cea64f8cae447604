/** Facts about what one entry was made from: when they change, that entry is computed again and no other. */
import { type BigIntStats, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { InkstoneError } from '../system/index.js';
import { checksum, textDigest } from './checksum.js';
import type { FingerprintMode } from './config.js';

const sourceFactSchema = z.object({
  /** Of a file; of anything else, what it is called. */
  path: z.string(),
  /** What the system says about the file, see `describe`. Absent when the source is no file. */
  stat: z.string().exactOptional(),
  /** Digest of the content. Where there is one, it alone decides whether the source changed. */
  content: z.string().exactOptional(),
});
export type SourceFact = Readonly<z.output<typeof sourceFactSchema>>;

export const sourceFilesSchema = z.record(z.string(), z.array(sourceFactSchema));

/** A source is no longer what its fact says: what was made of it may be used, and must not be kept. */
export class SourceChangedError extends InkstoneError {
  constructor(readonly path: string) {
    super(`${path}: changed after this program began to read its data`);
  }
}

/** Looks at a file now, through links. `content` reads it, so that copies and restored files are known again. */
export function sourceFact(path: string, mode: FingerprintMode = 'stat'): SourceFact {
  const stat = describe(statSync(path, { bigint: true }));
  return mode === 'stat' ? { path, stat } : { path, stat, content: contentOf(readFileSync(path)) };
}

/**
 * Reads a file once, with the fact that belongs to these bytes. A file that is being written is read a second time;
 * after that its fact is the later one, which the bytes may be older than.
 */
export async function readSource(
  path: string,
  mode: FingerprintMode = 'stat',
): Promise<{ bytes: Buffer; fact: SourceFact }> {
  for (let attempt = 1; ; attempt++) {
    const file = await open(path);
    try {
      const before = describe(await file.stat({ bigint: true }));
      const bytes = await file.readFile();
      const stat = describe(await file.stat({ bigint: true }));
      if (stat !== before && attempt === 1) continue;
      const content = mode === 'content' ? { content: contentOf(bytes) } : {};
      return { bytes, fact: { path, stat, ...content } };
    } finally {
      await file.close();
    }
  }
}

/**
 * A file swapped for another differs in device, inode or the time of change, whatever its size and time of modification
 * were set to: no program can set a time of change.
 */
const describe = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(':');

const changedAtMs = (stat: string): number => Number(stat.slice(stat.lastIndexOf(':') + 1)) / 1e6;

const contentOf = (bytes: Uint8Array): string => checksum([bytes]).toString('hex');

const identityOf = ({ stat, content }: SourceFact): string => content ?? stat ?? '';

export const isSameSource = (a: SourceFact, b: SourceFact): boolean => identityOf(a) === identityOf(b);

/** Times of change are as coarse as the tick of the system's clock, 10 ms at most; and a little for rounding. */
const SETTLED_AFTER_MS = 12;

/** Waits until every further change of these files must show in their times. */
export async function settled(sources: readonly SourceFact[]): Promise<void> {
  const ages = sources.flatMap(({ stat }) => (stat === undefined ? [] : [Date.now() - changedAtMs(stat)]));
  const youngest = Math.min(...ages);
  if (youngest >= 0 && youngest < SETTLED_AFTER_MS) await setTimeout(SETTLED_AFTER_MS - youngest);
}

/** The first source that is no longer the file it was. By content too: that it has the same again proves nothing about what was read. */
export function changedSource(sources: readonly SourceFact[]): string | undefined {
  return sources.find(({ path, stat }) => stat !== undefined && stat !== statNow(path))?.path;
}

function statNow(path: string): string | undefined {
  try {
    return describe(statSync(path, { bigint: true }));
  } catch {
    return undefined;
  }
}

const NO_SOURCES = textDigest('').subarray(0, 8);

/** Eight bytes over the facts of an entry's sources, in their order. */
export function sourcesDigest(sources: readonly SourceFact[]): Buffer {
  if (sources.length === 0) return NO_SOURCES;
  return textDigest(sources.map(identityOf).join('|')).subarray(0, 8);
}

/** Files by what they are, e.g. `{ image: […], label: […] }`; the names appear in the log. */
export type SourceFiles = Readonly<Record<string, readonly SourceFact[]>>;

/** e.g. `["3 label files changed", "1 image file added"]`. */
export function describeSourceChanges(before: SourceFiles, after: SourceFiles): string[] {
  const roles = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return roles.flatMap((role) => {
    const old = new Map((before[role] ?? []).map((fact) => [fact.path, fact]));
    const now = new Map((after[role] ?? []).map((fact) => [fact.path, fact]));
    const changed = [...now].filter(([path, fact]) => old.has(path) && !isSameSource(old.get(path)!, fact));
    const added = [...now.keys()].filter((path) => !old.has(path));
    const removed = [...old.keys()].filter((path) => !now.has(path));
    const say = ({ length }: readonly unknown[], what: string) =>
      length > 0 ? [`${length} ${role} ${length === 1 ? 'file' : 'files'} ${what}`] : [];
    return [...say(changed, 'changed'), ...say(added, 'added'), ...say(removed, 'removed')];
  });
}
