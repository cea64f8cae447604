/** Reads every entry and checks its checksum and identity, as a reader would. */
import { unlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { readEntry } from './entry-file.js';
import { listNamespaces } from './namespace.js';
import { entriesOf, type FoundEntry } from './scan.js';

export interface VerifyResult {
  readonly entries: number;
  readonly bytes: number;
  readonly corrupt: readonly { readonly path: string; readonly reason: string }[];
}

export interface VerifyOptions {
  /** Remove what does not verify, as the next read of it would. */
  readonly heal?: boolean;
  /** Look at no more than so many entries, spread evenly. Default: all. */
  readonly sample?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export async function verifyCache(
  root: string,
  { heal = false, sample, onProgress }: VerifyOptions = {},
): Promise<VerifyResult> {
  const all = listNamespaces(root).flatMap(({ folder }) => [...entriesOf(folder)]);
  const chosen = sample === undefined ? all : spread(all, sample);
  const corrupt: { path: string; reason: string }[] = [];
  let bytes = 0;
  for (const [i, { path, kind, bytes: size }] of chosen.entries()) {
    const identity = Buffer.from(basename(path).slice(0, 16), 'hex');
    const result = await readEntry(path, { kind, identity }, undefined, 'leave the time');
    bytes += size;
    if (result.state === 'corrupt') {
      corrupt.push({ path, reason: result.reason });
      if (heal) unlinkSync(path);
    }
    onProgress?.(i + 1, chosen.length);
  }
  return { entries: chosen.length, bytes, corrupt };
}

function spread(entries: readonly FoundEntry[], count: number): FoundEntry[] {
  const step = Math.max(1, entries.length / count);
  return Array.from({ length: Math.min(count, entries.length) }, (_, i) => entries[Math.floor(i * step)]!);
}
