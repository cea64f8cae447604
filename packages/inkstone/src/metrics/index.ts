/** Scores of text boxes: CLEval and ICDAR's IoU, over images one after the other or over whole files of results. */
export { type HeightClass, RecallByHeight } from './by-height.js';
export { type ClevalCounts, ClevalMetric } from './cleval.js';
export { type DetevalCounts, DetevalMetric } from './deteval.js';
export { type EvaluateOptions, type Evaluation, evaluateIcdar } from './evaluate.js';
export { ICDAR_SHAPES, type IcdarSetShape, type IcdarTexts, readIcdar } from './icdar-set.js';
export { type IouCounts, IouMetric } from './iou.js';
export { type DetectionFate, type Judgement, judgeImage, type TextFate } from './judge.js';
export type { DetectionMetric, Metric, PredictedText, Scores } from './metric.js';
export {
  AllMetrics,
  chosenMetrics,
  DEFAULT_METRIC,
  figureName,
  METRIC_CHOICES,
  METRIC_NAMES,
  METRICS,
  type MetricChoice,
  type MetricName,
  metricNamed,
} from './metrics.js';
