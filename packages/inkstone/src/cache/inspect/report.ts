/** What lies in a cache root and whether it is in order: looked up, never kept. Everything that is asked about a root. */
import { basename } from 'node:path';
import { z } from 'zod';
import { bytes as size } from '../../system/index.js';
import { cacheConfigSchema } from '../config.js';
import { readEntry } from '../entry-file.js';
import { isMarked } from '../layout.js';
import { listNamespaces, type Manifest } from '../namespace.js';
import { entriesOf, type FoundEntry, type LevelSize, sizesOf } from '../scan.js';
import { lookAtShared, type SharedReport } from '../shared/look.js';
import { removeEntry } from '../sweep.js';
import { type CacheUse, readHealth } from '../uses.js';

const GB = 1e9;
const WARNING_BYTES = 10 * GB;
const CRITICAL_BYTES = 20 * GB;
const RECENT_FILES = 5;
const DAY_MS = 24 * 60 * 60 * 1000;

interface Totals extends LevelSize {
  /** Entries that were not read for `staleAfterDays`. */
  readonly staleEntries: number;
}

export interface NamespaceReport extends Totals, Omit<Manifest, 'description' | 'levels'> {
  readonly lastOpened: string;
  readonly levels: Readonly<Record<string, LevelSize>>;
  /** What the last run that used it measured (the JSON of its health), if it ended in order. */
  readonly lastHealth: Readonly<Record<string, unknown>> | null;
  /** That and the ones before in short, the oldest first. */
  readonly uses: readonly CacheUse[];
}

/** Something that is wrong with a root. */
export interface Finding {
  readonly critical: boolean;
  readonly problem: string;
  readonly recommendation: string;
}

export interface CacheReport extends Totals {
  readonly root: string;
  /** False when there is no cache at `root`. */
  readonly exists: boolean;
  readonly namespaces: readonly NamespaceReport[];
  /** Null where there is none, or it was not asked about. */
  readonly shared: SharedReport | null;
  /** The most recently used first. */
  readonly recentFiles: readonly FoundEntry[];
  /** Of the entries that were read. */
  readonly checked: LevelSize & {
    readonly corrupt: readonly { readonly path: string; readonly reason: string }[];
    /** Corrupt entries that were removed. */
    readonly healed: number;
  };
  readonly state: 'healthy' | 'warning' | 'critical';
  readonly findings: readonly Finding[];
}

export interface InspectOptions {
  /** Default: that of the configuration. */
  readonly staleAfterDays?: number;
  /** Read at most so many entries, spread evenly, and check each as a reader would. Default: none. */
  readonly check?: number;
  /** Remove what does not verify, as the next read of it would. */
  readonly heal?: boolean;
  /** Look at the shared tier too: at this address, or for null at the one that the environment names. */
  readonly shared?: string | null;
  readonly onProgress?: (done: number, total: number) => void;
}

export async function inspectCache(root: string, options: InspectOptions = {}): Promise<CacheReport> {
  const { staleAfterDays = cacheConfigSchema.parse({}).stale_after_days, check = 0 } = options;
  const staleBefore = Date.now() - staleAfterDays * DAY_MS;
  const walked = listNamespaces(root).map((namespace) => ({
    ...namespace,
    entries: [...entriesOf(namespace.folder)],
  }));
  const found = walked.flatMap(({ entries }) => entries);
  const namespaces = walked.map(({ folder, manifest, lastOpened, entries }): NamespaceReport => {
    const { description: _, levels, ...facts } = manifest;
    const health = readHealth(folder);
    return {
      ...facts,
      lastOpened: lastOpened.toISOString(),
      levels: sizesOf(entries, levels),
      ...totalsOf(entries, staleBefore),
      lastHealth: health.last,
      uses: health.uses,
    };
  });
  const totals = totalsOf(found, staleBefore);
  const checked = await checkEntries(spread(found, check), options);
  const shared = options.shared === undefined ? null : await lookAtShared(options.shared);
  const findings = [...findingsOf(totals, staleAfterDays, checked), ...sharedFindings(shared)];
  return {
    root,
    exists: isMarked(root),
    ...totals,
    namespaces,
    shared,
    recentFiles: found.sort((a, b) => b.usedAt - a.usedAt).slice(0, RECENT_FILES),
    checked,
    state: findings.length === 0 ? 'healthy' : findings.some((f) => f.critical) ? 'critical' : 'warning',
    findings,
  };
}

/** How a use did with its shared tier. */
const sharedUseSchema = z.object({
  shared: z.object({ server: z.string(), hits: z.number(), stored: z.number() }),
});

export type SharedUse = Readonly<z.output<typeof sharedUseSchema>['shared']>;

/** Of the last run that used the namespace; undefined for one without a shared tier. */
export const lastSharedUse = ({ lastHealth }: NamespaceReport): SharedUse | undefined =>
  sharedUseSchema.safeParse(lastHealth).data?.shared;

function totalsOf(entries: readonly FoundEntry[], staleBefore: number): Totals {
  return {
    entries: entries.length,
    bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
    staleEntries: entries.filter(({ usedAt }) => usedAt < staleBefore).length,
  };
}

function spread(entries: readonly FoundEntry[], count: number): FoundEntry[] {
  const step = Math.max(1, entries.length / count);
  return Array.from({ length: Math.min(count, entries.length) }, (_, i) => entries[Math.floor(i * step)]);
}

async function checkEntries(
  entries: readonly FoundEntry[],
  { heal = false, onProgress }: InspectOptions,
): Promise<CacheReport['checked']> {
  const corrupt: { path: string; reason: string }[] = [];
  let bytes = 0;
  let healed = 0;
  for (const [i, { path, bytes: size }] of entries.entries()) {
    const identity = Buffer.from(basename(path).slice(0, 16), 'hex');
    const result = await readEntry(path, { identity }, undefined, 'leave the time');
    bytes += size;
    if (result.state === 'corrupt') {
      corrupt.push({ path, reason: result.reason });
      if (heal && removeEntry(path)) healed++;
    }
    onProgress?.(i + 1, entries.length);
  }
  return { entries: entries.length, bytes, corrupt, healed };
}

function findingsOf(
  { bytes, staleEntries }: Totals,
  staleAfterDays: number,
  { entries, corrupt }: CacheReport['checked'],
): Finding[] {
  const findings: Finding[] = [];
  if (bytes > WARNING_BYTES) {
    const critical = bytes > CRITICAL_BYTES;
    findings.push({
      critical,
      problem: `the cache holds ${size(bytes)}, above ${size(critical ? CRITICAL_BYTES : WARNING_BYTES)}`,
      recommendation:
        'lower cache_config.max_bytes.disk or keep_versions, or run `inkstone cache clear --stale`',
    });
  }
  if (staleEntries > 0) {
    findings.push({
      critical: false,
      problem: `${staleEntries} entries were not read for ${staleAfterDays} days`,
      recommendation: 'run `inkstone cache clear --stale`',
    });
  }
  if (corrupt.length > 0) {
    findings.push({
      critical: true,
      problem: `${corrupt.length} of ${entries} checked entries are corrupt, e.g. ${corrupt[0].path}: ${corrupt[0].reason}`,
      recommendation: 'run `inkstone cache verify --heal`; reading heals them too',
    });
  }
  return findings;
}

function sharedFindings(shared: SharedReport | null): Finding[] {
  if (shared === null) return [];
  if (!shared.usable) {
    return [
      {
        critical: false,
        problem: `the shared cache at ${shared.server} cannot be used (${shared.reason})`,
        recommendation:
          'start the server, or correct its address and password; runs go on without it meanwhile',
      },
    ];
  }
  if (shared.maxBytes === 0 || shared.policy !== 'noeviction') return [];
  return [
    {
      critical: false,
      problem: `the shared cache at ${shared.server} stores nothing more once it is full`,
      recommendation: 'set its maxmemory-policy to allkeys-lru',
    },
  ];
}
