/**
 * Every hundred misses: is the cache merely cold, or sick? A first miss of each entry is the price of filling. A miss
 * that need not have been (evicted, corrupt, its source changed, or a key that no sample has) is a symptom.
 */
import type { CacheConfig, Levels } from '../config.js';
import type { Statistics } from '../statistics.js';

export const CHECK_EVERY_MISSES = 100;
/** Up to this share of needless misses, a low hit rate is that of a cold start. */
const TOLERATED_SHARE = 0.1;

interface Symptom {
  /** Needless misses of this cause. */
  readonly misses: number;
  readonly cause: string;
  readonly remedy: string;
}

/** The worst symptom; undefined for a cache that is merely cold. */
function worstSymptom(statistics: Statistics, config: CacheConfig, levels: Levels): Symptom | undefined {
  const beyondExpected = Object.entries(levels).reduce((total, [level, { expected = Infinity }]) => {
    const { misses, diskEvictions, healed, invalidations, unstored } = statistics.countersOf(level);
    const needless = diskEvictions + healed + invalidations + unstored;
    return total + Math.max(0, misses - expected - needless);
  }, 0);
  const symptoms: Symptom[] = [
    {
      misses: statistics.sum('diskEvictions'),
      cause: 'the cache is smaller than the data set, entries are evicted before they are read again',
      remedy: `raise cache_config.max_bytes.disk (now ${config.max_bytes.disk}) or cache fewer levels; see \`inkstone cache profile\``,
    },
    {
      misses: statistics.sum('healed'),
      cause: 'entries on disk are corrupt',
      remedy: 'run `inkstone cache verify`; if it finds more tomorrow, the disk is failing',
    },
    {
      misses: statistics.sum('invalidations'),
      cause: 'source files changed since their entries were made',
      remedy:
        'nothing, if you edited them: the entries are being renewed; else run `inkstone cache validate`',
    },
    {
      misses: beyondExpected,
      cause: 'more different entries were asked for than the data set has: keys are not stable',
      remedy: 'run `inkstone cache validate` and look for a setting that differs in every run',
    },
  ];
  const worst = symptoms.reduce((a, b) => (b.misses > a.misses ? b : a));
  return worst.misses > TOLERATED_SHARE * statistics.sum('misses') ? worst : undefined;
}

/** Lines for the log after the `misses`-th miss: none while all is well. Cold is told once, sick whenever it doubled. */
export function checkUp(
  statistics: Statistics,
  config: CacheConfig,
  levels: Levels,
  misses: number,
): string[] {
  // Without a disk that can be written there are no hits; that was told.
  if (statistics.mark('toldUncached') !== 0) return [];
  const { accesses, hits } = statistics.recent();
  const rate = (100 * hits) / accesses;
  if (rate >= config.low_hit_rate_percent) return [];
  const symptom = worstSymptom(statistics, config, levels);
  if (symptom === undefined) {
    if (!statistics.advance('toldCold', 0, 1)) return [];
    return [`[INFO] Cache is filling (cold start): hit rate ${rate.toFixed(1)}% of ${accesses} accesses`];
  }
  const warnedAt = statistics.mark('warnedAtMisses');
  if (misses < 2 * warnedAt || !statistics.advance('warnedAtMisses', warnedAt, misses)) return [];
  return [
    `⚠ LOW CACHE HIT RATE: ${rate.toFixed(1)}% (${accesses} accesses)`,
    `  Likely cause: ${symptom.cause} (${symptom.misses} entries)`,
    `  What helps: ${symptom.remedy}`,
  ];
}
