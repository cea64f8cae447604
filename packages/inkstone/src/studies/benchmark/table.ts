import { NONE, type Table } from '../table.js';
import { baselineName, type EngineResult, isPeer, MEGABYTE } from './comparison.js';

/** A row an engine; times also as a share of those of fp32 and of PyTorch with the same network. */
export function benchmarkTable(results: readonly EngineResult[]): Table {
  const rows = results.map((result) => {
    const shareOf = (isOther: (engine: string) => boolean) => {
      const other = results.find(({ encoder, engine }) => encoder === result.encoder && isOther(engine));
      return other ? (result.medianSeconds / other.medianSeconds).toFixed(2) : NONE;
    };
    return [
      `${result.encoder} ${result.engine}`,
      result.medianSeconds.toFixed(3),
      shareOf((engine) => engine === baselineName),
      shareOf(isPeer),
      result.peakBytes === undefined ? NONE : (result.peakBytes / MEGABYTE).toFixed(0),
      (result.peakResidentBytes / MEGABYTE).toFixed(0),
    ];
  });
  return { header: ['network and engine', 's a step', 'of fp32', 'of PyTorch', 'engine MB', 'RSS MB'], rows };
}
