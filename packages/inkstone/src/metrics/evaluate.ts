/** Scores a folder or zip of ICDAR results against a folder or zip of ICDAR ground truth. */
import { DataError } from '../labels/index.js';
import { type HeightClass, RecallByHeight } from './by-height.js';
import { type IcdarSetShape, readIcdar } from './icdar-set.js';
import type { Scores } from './metric.js';
import { DEFAULT_METRIC, type MetricName, metricNamed } from './metrics.js';
import { workloadFault } from './workload.js';

export interface EvaluateOptions {
  /** Folder or zip of ground truth. */
  readonly gt: string;
  /** Folder or zip of results. */
  readonly pred: string;
  /** Default: the first of `METRICS`. */
  readonly metric?: MetricName;
  /** How many points a line has; by default the lines tell (see `readIcdar`). */
  readonly shape?: IcdarSetShape;
  /** Also return the scores of each image. Default false. */
  readonly perImage?: boolean;
}

export interface Evaluation extends Scores {
  readonly metric: MetricName;
  /** Images in the ground truth. */
  readonly images: number;
  /** Images without a result file: scored as if nothing had been found there. */
  readonly imagesWithoutResult: readonly string[];
  /** Result files without ground truth: left out. */
  readonly resultsWithoutImage: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** Heights in pixels of the images. */
  readonly recallByHeight: readonly HeightClass[];
  readonly perImage?: readonly (Scores & {
    readonly id: string;
    readonly counts: Readonly<Record<string, number>>;
  })[];
}

/** @throws DataError for what cannot be read, and when no result belongs to any image */
export async function evaluateIcdar(options: EvaluateOptions): Promise<Evaluation> {
  const { gt, pred, metric: name = DEFAULT_METRIC, shape = 'auto' } = options;
  const [groundTruth, results] = await Promise.all([readIcdar(gt, shape), readIcdar(pred, shape)]);
  const resultsWithoutImage = [...results.keys()].filter((id) => !groundTruth.has(id));
  if (resultsWithoutImage.length === results.size) {
    const [example] = groundTruth.keys();
    const names = `for "${example}" name it ${example}.txt or res_${example}.txt`;
    throw new DataError({ path: pred, message: `no file belongs to an image of ${gt}; ${names}` });
  }
  const metric = metricNamed(name).create();
  const byHeight = new RecallByHeight([name]);
  const perImage = [...groundTruth].map(([id, texts]) => {
    const found = results.get(id) ?? [];
    const fault = workloadFault(texts, found);
    if (fault !== null) throw new DataError({ path: pred, message: `image "${id}": ${fault}` });
    byHeight.add(texts, found);
    return { id, ...withCounts(metric.add(texts, found)) };
  });
  return {
    metric: name,
    ...withCounts(metric.result()),
    recallByHeight: byHeight.result(),
    images: groundTruth.size,
    imagesWithoutResult: [...groundTruth.keys()].filter((id) => !results.has(id)),
    resultsWithoutImage,
    ...(options.perImage ? { perImage } : {}),
  };
}

function withCounts({
  precision,
  recall,
  hmean,
  ...counts
}: Scores): Scores & { counts: Record<string, number> } {
  return { precision, recall, hmean, counts };
}
