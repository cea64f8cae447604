/**
 * A namespace holds the entries of one fingerprint. Opening one finds the dataset's previous namespace, says what
 * changed, and drops what is too old: one rename at once, the deletion behind it.
 */
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../system/index.js';
import { describeChanges } from './fingerprint.js';
import {
  claimsFolder,
  foldersIn,
  lstatIfThere,
  manifestFile,
  namespaceFolder,
  sourcesFile,
  temporaryFolder,
  trashFolder,
  versionFolder,
} from './layout.js';
import { describeSourceChanges, type SourceFiles, sourceFilesSchema } from './sources.js';
import type { JsonObject } from './types.js';

/** No write takes so long. */
const LEFTOVER_AFTER_MS = 60 * 60 * 1000;

const manifestSchema = z.object({
  fingerprint: z.string(),
  /** What users see and compare. */
  version: z.string(),
  /** What the namespace caches, e.g. "sroie/train": namespaces of one scope are versions of each other. */
  scope: z.string(),
  createdAt: z.string(),
  /** Names. Manifests of old do not have them; there the folders say which levels exist. */
  levels: z.array(z.string()).default([]),
  /** All that the fingerprint covers. */
  description: z.custom<JsonObject>((value) => value !== null && typeof value === 'object'),
});

/** Says in words what the fingerprint covers. Its modification time is the namespace's last opening. */
export type Manifest = Readonly<z.output<typeof manifestSchema>>;

export interface Namespace {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly lastOpened: Date;
}

/** Undefined for a folder without a readable manifest. */
export function readManifest(folder: string): Manifest | undefined {
  const manifest = readJson(manifestFile(folder), manifestSchema);
  return manifest?.fingerprint === basename(folder) ? manifest : undefined;
}

/** The most recently opened first. */
export function listNamespaces(root: string): Namespace[] {
  return foldersIn(versionFolder(root))
    .flatMap((name) => {
      const folder = namespaceFolder(root, name);
      const manifest = readManifest(folder);
      const lastOpened = lstatIfThere(manifestFile(folder))?.mtime;
      return manifest && lastOpened ? [{ folder, manifest, lastOpened }] : [];
    })
    .sort((a, b) => b.lastOpened.getTime() - a.lastOpened.getTime());
}

/** What differs from the dataset's last use, in words; empty when nothing does or there was none. */
export function explainDifference(root: string, wanted: Manifest, sources: SourceFiles): string[] {
  const previous = listNamespaces(root).find(({ manifest }) => manifest.scope === wanted.scope);
  if (!previous) return [];
  const recorded = readJson(sourcesFile(previous.folder), sourceFilesSchema);
  return [
    ...describeChanges(previous.manifest.description, wanted.description),
    ...(recorded && Object.keys(sources).length > 0 ? describeSourceChanges(recorded, sources) : []),
  ];
}

/** Makes the folder and its manifest, or renews the time of the last opening. */
export function prepareNamespace(root: string, manifest: Manifest, sources?: SourceFiles): string {
  const folder = namespaceFolder(root, manifest.fingerprint);
  fs.mkdirSync(folder, { recursive: true });
  const former = readManifest(folder);
  if (former?.levels.join() === manifest.levels.join()) {
    const now = new Date();
    fs.utimesSync(manifestFile(folder), now, now);
  } else {
    const { createdAt } = former ?? manifest;
    replaceFile(manifestFile(folder), JSON.stringify({ ...manifest, createdAt }, null, 2));
  }
  if (sources && Object.keys(sources).length > 0) replaceFile(sourcesFile(folder), JSON.stringify(sources));
  return folder;
}

/** Temporary files and claims of processes that were killed. */
export function removeLeftovers(folder: string): void {
  const names = (below: string) => (lstatIfThere(below)?.isDirectory() ? fs.readdirSync(below) : []);
  const suspects = [
    ...[temporaryFolder(folder), claimsFolder(folder)].flatMap((below) =>
      names(below).map((name) => join(below, name)),
    ),
    ...names(folder).flatMap((name) => (name.includes('.json.') ? [join(folder, name)] : [])),
  ];
  const before = Date.now() - LEFTOVER_AFTER_MS;
  for (const path of suspects) {
    if ((lstatIfThere(path)?.mtimeMs ?? before) < before) fs.rmSync(path, { force: true });
  }
}

/** Drops the versions of a dataset that are older than the `keep` most recent besides the current one. */
export function dropOldVersions(root: string, current: Manifest, keep: number): Namespace[] {
  const others = listNamespaces(root).filter(
    ({ manifest }) => manifest.scope === current.scope && manifest.fingerprint !== current.fingerprint,
  );
  const dropped = others.slice(keep);
  for (const { folder } of dropped) moveToTrash(root, folder);
  return dropped;
}

/** One rename; what is in the trash is no longer part of the cache. */
export function moveToTrash(root: string, folder: string): void {
  // A link in its place could lead out of the cache.
  if (lstatIfThere(trashFolder(root))?.isSymbolicLink()) fs.unlinkSync(trashFolder(root));
  fs.mkdirSync(trashFolder(root), { recursive: true });
  const unique = `${basename(folder)}-${process.pid}-${process.hrtime.bigint()}`;
  fs.renameSync(folder, join(trashFolder(root), unique));
}

/** Deletes in the background. A failure leaves the rest for the next run. Links are removed, never followed. */
export async function emptyTrash(root: string): Promise<void> {
  if (!lstatIfThere(trashFolder(root))?.isDirectory()) return;
  await fs.promises.rm(trashFolder(root), { recursive: true, force: true }).catch(() => undefined);
}

/** Undefined for a file that is missing, damaged or of another shape. */
export function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(fs.readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
