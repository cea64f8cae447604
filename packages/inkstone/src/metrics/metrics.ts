/** What text boxes are scored by: one record a measure. To add one is a file here and a line in `METRICS`. */
import type { TextInstance } from '../labels/index.js';
import { cleval } from './cleval.js';
import { deteval } from './deteval.js';
import { iou } from './iou.js';
import type { Metric, PredictedText } from './metric.js';

/** The first is the one that is meant where none is named, and its figures carry no name of their own. */
export const METRICS = [cleval, iou, deteval] as const satisfies readonly Metric[];

export type MetricName = (typeof METRICS)[number]['name'];

export const METRIC_NAMES = METRICS.map(({ name }) => name);
export const DEFAULT_METRIC: MetricName = METRICS[0].name;

/** What may be asked for where one measure, or the mean of all, shall be high. */
export const METRIC_CHOICES = [...METRIC_NAMES, 'all'] as const;
export type MetricChoice = (typeof METRIC_CHOICES)[number];

export const chosenMetrics = (choice: MetricChoice): readonly MetricName[] =>
  choice === 'all' ? METRIC_NAMES : [choice];

export function metricNamed(name: MetricName): Metric {
  return METRICS.find((metric) => metric.name === name) as Metric;
}

/** The name of a metric's figure in logs: `hmean`, `precision_iou`. */
export function figureName(figure: 'hmean' | 'precision' | 'recall', metric: MetricName): string {
  return metric === DEFAULT_METRIC ? figure : `${figure}_${metric}`;
}

/** Scores the same images by every metric. */
export class AllMetrics {
  readonly #measures = METRICS.map((metric) => ({ name: metric.name, measure: metric.create() }));

  /** Returns the H-means of this image: `hmean`, `hmean_iou`, … */
  add(
    groundTruth: readonly TextInstance[],
    predictions: readonly PredictedText[],
  ): Readonly<Record<string, number>> {
    const figures = this.#measures.map(({ name, measure }) => {
      return [figureName('hmean', name), measure.add(groundTruth, predictions).hmean];
    });
    return Object.fromEntries(figures);
  }

  /** `hmean`, `precision`, `recall`, `hmean_iou`, …: over all images added so far. */
  figures(): Readonly<Record<string, number>> {
    const figures = this.#measures.flatMap(({ name, measure }) => {
      const scores = measure.result();
      return (['hmean', 'precision', 'recall'] as const).map((key) => [figureName(key, name), scores[key]]);
    });
    return Object.fromEntries(figures);
  }
}
