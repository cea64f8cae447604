/** Reads a data set as its labels have it, and what can be known before anything is judged. */
import {
  type DataOptions,
  prepareOptions,
  readImageHeader,
  type Sample,
  type Split,
  surveyLabels,
} from '../../data/index.js';
import { DataError, type Problem } from '../../labels/index.js';
import type { RunConfig } from '../../runs/index.js';
import { mapConcurrent } from '../../system/index.js';
import type { Facts, SplitFacts } from './finding.js';
import { examineFit } from './fit.js';
import { measureStep, memoryBytes } from './memory.js';
import type { LabelledSample } from './sample.js';

/** Told of each picture that was looked at. */
export type OnProgress = (done: number, total: number) => void;

const INSPECTED: readonly Split[] = ['train', 'val'];
/** Pictures of a split whose pixels are looked at, spread over all of it. Labels and headers are read of every one. */
const LOOKED_AT = 400;
/** Headers read, and pictures decoded, at a time. */
const CONCURRENT = 8;

/** @throws DataError when there is no data set, or nothing of it can be read */
export async function survey(config: RunConfig, onProgress: OnProgress): Promise<Facts> {
  const { cache_config: _, cache_splits: __, ...data } = config.data;
  const options = await prepareOptions(data);
  const labelled: Labelled[] = [];
  for (const split of INSPECTED) labelled.push(await readLabelled(options, split));
  const chosen = labelled.map(({ samples }) => spread(samples, LOOKED_AT));
  const all = chosen.flat();
  let done = 0;
  const splits: SplitFacts[] = [];
  for (const [i, { unusable, ...split }] of labelled.entries()) {
    const looked = await mapConcurrent(chosen[i]!, CONCURRENT, async (sample) => {
      const fit = await orProblem(sample, examineFit(sample, all));
      onProgress(++done, all.length);
      return fit;
    });
    const { good: fits, problems } = divide(looked);
    splits.push({ ...split, fits, unusable: [...unusable, ...problems] });
  }
  return { config, splits, stepBytes: measureStep(config, splits[0]!.samples), memoryBytes: memoryBytes() };
}

type Labelled = Omit<SplitFacts, 'fits'>;

async function readLabelled(options: DataOptions, split: Split): Promise<Labelled> {
  const { samples: read, skipped } = surveyLabels(options, split);
  const withHeader = await mapConcurrent(read, CONCURRENT, (sample) =>
    orProblem(sample, withImageHeader(sample)),
  );
  const { good: samples, problems } = divide(withHeader);
  return { split, samples, unusable: [...skipped, ...problems] };
}

async function withImageHeader(sample: Sample): Promise<LabelledSample> {
  return { ...sample, ...(await readImageHeader(sample.imagePath)) };
}

/** What is wrong with a sample's picture, if that is why the work cannot be done. */
class Unusable {
  constructor(readonly problem: Problem) {}
}

function orProblem<T>({ id }: Sample, work: Promise<T>): Promise<T | Unusable> {
  return work.catch((error: unknown) => {
    if (error instanceof DataError) return new Unusable({ ...error.problem, image: id });
    throw error;
  });
}

function divide<T extends object>(results: readonly (T | Unusable)[]): { good: T[]; problems: Problem[] } {
  const good: T[] = [];
  const problems: Problem[] = [];
  for (const result of results) {
    if (result instanceof Unusable) problems.push(result.problem);
    else good.push(result);
  }
  return { good, problems };
}

/** At most `count` of the items, as far apart as can be. */
function spread<T>(items: readonly T[], count: number): T[] {
  const step = Math.max(1, items.length / count);
  return Array.from({ length: Math.min(count, items.length) }, (_, i) => items[Math.floor(i * step)]!);
}
