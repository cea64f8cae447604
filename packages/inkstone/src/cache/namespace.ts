/**
 * A namespace holds the entries of one fingerprint. Opening one finds the dataset's previous namespace, says what
 * changed, and drops what is too old.
 */
import * as fs from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../system/index.js';
import { describeChanges } from './fingerprint.js';
import {
  foldersIn,
  isMarked,
  lstatIfThere,
  makeFolders,
  manifestFile,
  mark,
  namespaceFolder,
  prepareRoot,
  refuseForeign,
  refuseLinks,
  sourcesFile,
  versionFolder,
} from './layout.js';
import { describeSourceChanges, type SourceFiles, sourceFilesSchema } from './sources.js';
import { sweepNamespace } from './sweep.js';
import type { JsonObject } from './types.js';

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

/** Whether Inkstone made this folder: earlier releases marked the root alone, so there the manifest says it. */
export const isOurNamespace = (folder: string): boolean =>
  isMarked(folder) || readManifest(folder) !== undefined;

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

/** Makes the root, the folder and its manifest where they are missing, or renews the time of the last opening. Errors as `prepareRoot`. */
export function prepareNamespace(root: string, manifest: Manifest, sources?: SourceFiles): string {
  const folder = namespaceFolder(root, manifest.fingerprint);
  prepareRoot(root);
  refuseLinks(root, folder);
  makeFolders(root, folder);
  const former = readManifest(folder);
  if (!former) refuseForeign(folder);
  mark(folder);
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

/** Drops the versions of a dataset that are older than the `keep` most recent besides the current one, in the background. */
export async function dropOldVersions(root: string, current: Manifest, keep: number): Promise<void> {
  const others = listNamespaces(root).filter(
    ({ manifest }) => manifest.scope === current.scope && manifest.fingerprint !== current.fingerprint,
  );
  for (const { folder } of others.slice(keep)) await sweepNamespace(folder);
}

/** Undefined for a file that is missing, damaged or of another shape. */
export function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(fs.readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
