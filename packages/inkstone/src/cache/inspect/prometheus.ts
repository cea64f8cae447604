/** A cache root's figures in Prometheus' text format, for a node exporter's textfile collector. */
import { printable } from '../../system/index.js';
import type { CacheReport } from './report.js';

/** Counters of the last run that ended in order, by their name in the health JSON. */
const runCounters = {
  cache_hits: 'Values read instead of computed.',
  cache_misses: 'Values that had to be computed.',
  evictions: 'Entries removed to stay within the bounds.',
  invalidations: 'Entries whose source files had changed.',
  healed: 'Corrupt entries removed.',
} as const;

export function toPrometheus({ namespaces, staleEntries }: CacheReport): string {
  const lines: string[] = [];
  const metric = (name: string, help: string, samples: readonly string[]) => {
    lines.push(`# HELP inkstone_cache_${name} ${help}`, `# TYPE inkstone_cache_${name} gauge`);
    lines.push(...samples.map((sample) => `inkstone_cache_${name}${sample}`));
  };
  const perLevel = (what: 'entries' | 'bytes') =>
    namespaces.flatMap((namespace) =>
      Object.entries(namespace.levels).map(
        ([level, size]) => `{${labels({ ...namespace, level })}} ${size[what]}`,
      ),
    );
  metric('entries', 'Entries on disk.', perLevel('entries'));
  metric('bytes', 'Bytes on disk.', perLevel('bytes'));
  metric('stale_entries', 'Entries that nobody read for long.', [` ${staleEntries}`]);
  for (const [name, help] of Object.entries(runCounters)) {
    const samples = namespaces
      .filter(({ lastHealth }) => typeof lastHealth?.[name] === 'number')
      .map((namespace) => `{${labels(namespace)}} ${String(namespace.lastHealth?.[name])}`);
    metric(`last_run_${name.replace(/^cache_/, '')}`, help, samples);
  }
  return `${lines.join('\n')}\n`;
}

function labels(of: { scope: string; version: string; fingerprint: string; level?: string }): string {
  const { scope, version, fingerprint, level } = of;
  return Object.entries({ scope, version, fingerprint, level })
    .filter(([, value]) => value !== undefined)
    .map(([name, value = '']) => `${name}="${printable(value).replace(/[\\"]/g, '\\$&')}"`)
    .join(',');
}
