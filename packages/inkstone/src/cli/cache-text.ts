/** The words in which `inkstone cache …` answers people. */
import {
  type CacheReport,
  lastSharedUse,
  type NamespaceReport,
  type SharedReport,
  type SharedUse,
} from '../cache/index.js';
import { printable, bytes as size } from '../system/index.js';

/** Corrupt entries listed by name; the count says how many there are. */
const LISTED_CORRUPT = 20;

/** What `status` and `export` give to scripts, which know an entry's level as its `kind`. */
export function statusJson({ checked: _, state: __, findings: ___, ...status }: CacheReport) {
  const recentFiles = status.recentFiles.map(({ level, ...file }) => ({ ...file, kind: level }));
  return { ...status, recentFiles };
}

/** What `health` gives to scripts. */
export function healthJson(report: CacheReport) {
  return {
    state: report.state,
    status: statusJson(report),
    checkedEntries: report.checked.entries,
    corruptEntries: report.checked.corrupt.length,
    problems: report.findings.map(({ problem }) => problem),
    recommendations: report.findings.map(({ recommendation }) => recommendation),
  };
}

export function statusText(status: CacheReport): string {
  const shared = sharedLines(status.shared);
  if (!status.exists) return [`No cache at ${status.root}`, ...shared].map(printable).join('\n');
  const lines = [
    `Cache: ${status.root}`,
    `Size: ${size(status.bytes)}, ${status.entries} entries`,
    ...shared,
  ];
  for (const namespace of status.namespaces) lines.push('', ...namespaceLines(namespace));
  if (status.recentFiles.length > 0) {
    lines.push('', 'Most recent files:');
    for (const { path, bytes, usedAt } of status.recentFiles) {
      lines.push(`  ${new Date(usedAt).toISOString()}  ${size(bytes).padStart(9)}  ${printable(path)}`);
    }
  }
  return lines.map(printable).join('\n');
}

function namespaceLines(namespace: NamespaceReport): string[] {
  const { scope, version, fingerprint, levels, lastOpened, createdAt } = namespace;
  const width = Math.max(...Object.keys(levels).map((level) => level.length));
  return [
    `${scope}  version ${version}  fingerprint ${fingerprint}`,
    `  made ${age(createdAt)} ago, opened ${age(lastOpened)} ago`,
    ...Object.entries(levels).map(([level, { entries, bytes }]) => {
      return `  ${level.padEnd(width)}  ${String(entries).padStart(8)} entries  ${size(bytes).padStart(9)}`;
    }),
  ];
}

function sharedLines(shared: SharedReport | null): string[] {
  if (shared === null) return [];
  if (!shared.usable) return [`Shared: ${shared.server} cannot be used (${shared.reason})`];
  const bound = shared.maxBytes === 0 ? 'no bound' : `of ${size(shared.maxBytes)}, ${shared.policy}`;
  return [`Shared: ${shared.server}, ${size(shared.usedBytes)} in use (${bound})`];
}

function sharedUseText(use: SharedUse | undefined): string {
  return use === undefined ? '' : `, ${use.hits} read from ${use.server}, ${use.stored} stored there`;
}

function age(iso: string): string {
  const minutes = (Date.now() - Date.parse(iso)) / 60_000;
  if (minutes < 60) return `${Math.floor(minutes)} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / (24 * 60))} days`;
}

const badges = { healthy: '✓ HEALTHY', warning: '⚠ WARNING', critical: '✗ CRITICAL' } as const;

export function healthText({ state, exists, checked, ...report }: CacheReport): string {
  const badge = `Status: ${badges[state]}${exists ? '' : ' (No cache)'}`;
  const lines = ['CACHE HEALTH ANALYSIS', badge, ...sharedLines(report.shared)];
  if (!exists) return lines.map(printable).join('\n');
  lines.push(
    `Cache Size: ${size(report.bytes)}`,
    `Entries: ${report.entries}`,
    `Stale Files: ${report.staleEntries}`,
    `Corrupt Entries: ${checked.corrupt.length} (of ${checked.entries} checked)`,
  );
  for (const namespace of report.namespaces) {
    const { scope, version, lastHealth } = namespace;
    const rate = lastHealth?.hit_rate_percent;
    if (typeof rate === 'number')
      lines.push(
        `Last Run: ${scope} (${version}) hit rate ${rate.toFixed(1)}%${sharedUseText(lastSharedUse(namespace))}`,
      );
  }
  for (const { problem, recommendation } of report.findings) {
    lines.push('', `Problem: ${problem}`, `  What helps: ${recommendation}`);
  }
  return lines.map(printable).join('\n');
}

export function verifyText({ entries, bytes, corrupt, healed }: CacheReport['checked']): string {
  if (entries === 0) return 'The cache is empty: there is nothing to verify.';
  const lines = corrupt.slice(0, LISTED_CORRUPT).map(({ path, reason }) => printable(`${path}: ${reason}`));
  if (corrupt.length > lines.length) lines.push(`… and ${corrupt.length - lines.length} more`);
  const removed = healed === corrupt.length ? ', removed' : `, ${healed} of them removed`;
  const outcome =
    corrupt.length === 0 ? 'all sound' : `${corrupt.length} corrupt${healed > 0 ? removed : ''}`;
  return [...lines, `${entries} entries (${size(bytes)}) verified: ${outcome}`].map(printable).join('\n');
}
