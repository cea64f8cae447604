import { median, quartiles } from '../../system/index.js';
import { NONE, type Table } from '../table.js';
import { baselineName, type EngineResult, MEGABYTE } from './comparison.js';
import { isPeer } from './peer.js';

/**
 * A row an engine: the median of its rounds, between which quartiles they lie, and times as a share of those of fp32 and of PyTorch's
 * fastest with the same network. A share is the median over the rounds, whose engines ran next to each other.
 */
export function benchmarkTable(results: readonly EngineResult[]): Table {
  const rows = results.map((result) => {
    const { encoder, engine, medianSeconds, roundSeconds, peakBytes, peakResidentBytes } = result;
    const shareOf = (isOther: (engine: string) => boolean) => {
      const [other] = results
        .filter((candidate) => candidate.encoder === encoder && isOther(candidate.engine))
        .sort((one, two) => one.medianSeconds - two.medianSeconds);
      if (other === undefined) return NONE;
      return median(roundSeconds.map((seconds, round) => seconds / other.roundSeconds[round]!))!.toFixed(2);
    };
    return [
      `${encoder} ${engine}`,
      medianSeconds.toFixed(3),
      quartiles(roundSeconds)
        .map((seconds) => seconds.toFixed(3))
        .join('–'),
      shareOf((name) => name === baselineName),
      shareOf(isPeer),
      peakBytes === undefined ? NONE : (peakBytes / MEGABYTE).toFixed(0),
      (peakResidentBytes / MEGABYTE).toFixed(0),
    ];
  });
  return {
    header: ['network and engine', 's a step', 'quartiles', 'of fp32', 'of PyTorch', 'engine MB', 'RSS MB'],
    rows,
  };
}
