/** The words in which `inkstone cache …` answers people. */
import {
  type CacheAnalysis,
  type CacheStatus,
  cacheKinds,
  type NamespaceStatus,
  type VerifyResult,
} from '../cache/index.js';
import { binaryBytes } from '../system/index.js';

/** Corrupt entries listed by name; the count says how many there are. */
const LISTED_CORRUPT = 20;

export function statusText(status: CacheStatus): string {
  if (!status.exists) return `No cache at ${status.root}`;
  const lines = [`Cache: ${status.root}`, `Size: ${binaryBytes(status.bytes)}, ${status.entries} entries`];
  for (const namespace of status.namespaces) lines.push('', ...namespaceLines(namespace));
  if (status.recentFiles.length > 0) {
    lines.push('', 'Most recent files:');
    for (const { path, bytes, usedAt } of status.recentFiles) {
      lines.push(`  ${new Date(usedAt).toISOString()}  ${binaryBytes(bytes).padStart(9)}  ${path}`);
    }
  }
  return lines.join('\n');
}

function namespaceLines(namespace: NamespaceStatus): string[] {
  const { scope, version, fingerprint, levels, lastOpened, createdAt } = namespace;
  return [
    `${scope}  version ${version}  fingerprint ${fingerprint}`,
    `  made ${age(createdAt)} ago, opened ${age(lastOpened)} ago`,
    ...cacheKinds.map((kind) => {
      const { entries, bytes } = levels[kind];
      return `  ${kind.padEnd(6)}  ${String(entries).padStart(8)} entries  ${binaryBytes(bytes).padStart(9)}`;
    }),
  ];
}

function age(iso: string): string {
  const minutes = (Date.now() - Date.parse(iso)) / 60_000;
  if (minutes < 60) return `${Math.floor(minutes)} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / (24 * 60))} days`;
}

const badges = { healthy: '✓ HEALTHY', warning: '⚠ WARNING', critical: '✗ CRITICAL' } as const;

export function analysisText({
  state,
  status,
  problems,
  recommendations,
  ...checked
}: CacheAnalysis): string {
  const badge = `Status: ${badges[state]}${status.exists ? '' : ' (No cache)'}`;
  const lines = ['CACHE HEALTH ANALYSIS', badge];
  if (!status.exists) return lines.join('\n');
  lines.push(
    `Cache Size: ${binaryBytes(status.bytes)}`,
    `Entries: ${status.entries}`,
    `Stale Files: ${status.staleEntries}`,
    `Corrupt Entries: ${checked.corruptEntries} (of ${checked.checkedEntries} checked)`,
  );
  for (const { scope, version, lastHealth } of status.namespaces) {
    const rate = lastHealth?.hit_rate_percent;
    if (typeof rate === 'number') lines.push(`Last Run: ${scope} (${version}) hit rate ${rate.toFixed(1)}%`);
  }
  problems.forEach((problem, i) => {
    lines.push('', `Problem: ${problem}`, `  What helps: ${recommendations[i]}`);
  });
  return lines.join('\n');
}

export function verifyText({ entries, bytes, corrupt }: VerifyResult, healed: boolean): string {
  const lines = corrupt.slice(0, LISTED_CORRUPT).map(({ path, reason }) => `${path}: ${reason}`);
  if (corrupt.length > lines.length) lines.push(`… and ${corrupt.length - lines.length} more`);
  const outcome =
    corrupt.length === 0 ? 'all sound' : `${corrupt.length} corrupt${healed ? ', removed' : ''}`;
  return [...lines, `${entries} entries (${binaryBytes(bytes)}) verified: ${outcome}`].join('\n');
}
