export { type ClevalCounts, ClevalMetric, type ClevalOptions } from './cleval.js';
export { type EvaluateOptions, type Evaluation, evaluateIcdar, type MetricName } from './evaluate.js';
export { type IcdarShape, type IcdarTexts, readIcdar, UNREADABLE } from './icdar.js';
export { IcdarError } from './icdar-error.js';
export { type IouCounts, IouMetric, type IouOptions } from './iou.js';
export type { DetectionMetric, GroundTruthText, PredictedText, Scores } from './types.js';
