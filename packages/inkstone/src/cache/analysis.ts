/** `cache health`: is this root in order, and what should its owner do? */
import { binaryBytes } from '../system/index.js';
import { type CacheStatus, cacheStatus } from './status.js';
import { verifyCache } from './verify.js';

const GIB = 2 ** 30;
const WARNING_BYTES = 10 * GIB;
const CRITICAL_BYTES = 20 * GIB;
/** Enough to notice a failing disk; `cache verify` reads all. */
const CHECKED_ENTRIES = 200;

export interface CacheAnalysis {
  readonly state: 'healthy' | 'warning' | 'critical';
  readonly status: CacheStatus;
  readonly checkedEntries: number;
  readonly corruptEntries: number;
  readonly problems: readonly string[];
  readonly recommendations: readonly string[];
}

export async function analyseCache(root: string, staleAfterDays: number): Promise<CacheAnalysis> {
  const status = cacheStatus(root, staleAfterDays);
  const { entries, corrupt } = await verifyCache(root, { sample: CHECKED_ENTRIES });
  const findings: { critical: boolean; problem: string; recommendation: string }[] = [];
  if (status.bytes > WARNING_BYTES) {
    const critical = status.bytes > CRITICAL_BYTES;
    findings.push({
      critical,
      problem: `the cache holds ${binaryBytes(status.bytes)}, above ${binaryBytes(critical ? CRITICAL_BYTES : WARNING_BYTES)}`,
      recommendation:
        'lower cache_config.max_bytes.disk or keep_versions, or run `inkstone cache clear --stale`',
    });
  }
  if (status.staleEntries > 0) {
    findings.push({
      critical: false,
      problem: `${status.staleEntries} entries were not read for ${staleAfterDays} days`,
      recommendation: 'run `inkstone cache clear --stale`',
    });
  }
  if (corrupt.length > 0) {
    findings.push({
      critical: true,
      problem: `${corrupt.length} of ${entries} checked entries are corrupt, e.g. ${corrupt[0]!.path}: ${corrupt[0]!.reason}`,
      recommendation: 'run `inkstone cache verify --heal`; reading heals them too',
    });
  }
  return {
    state: findings.length === 0 ? 'healthy' : findings.some((f) => f.critical) ? 'critical' : 'warning',
    status,
    checkedEntries: entries,
    corruptEntries: corrupt.length,
    problems: findings.map((f) => f.problem),
    recommendations: findings.map((f) => f.recommendation),
  };
}
