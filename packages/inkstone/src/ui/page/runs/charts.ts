/** Which figures are drawn, and how they are read. */
import type { Tree } from '../../protocol.js';
import { figure } from '../text.js';

export interface ChartLine {
  readonly title: string;
  /** In `metrics.jsonl` or `system.jsonl`. */
  readonly name: string;
}

export interface ChartKind {
  readonly title: string;
  /** The first stands for all where runs are compared. */
  readonly lines: readonly [ChartLine, ...ChartLine[]];
  readonly convert?: (value: number, config: Tree) => number;
  readonly text: (value: number | null | undefined) => string;
  readonly isLogarithmic?: boolean;
}

const MEGABYTE = 1e6;
const withUnit = (unit: string) => (value: number | null | undefined) =>
  value == null ? '–' : `${figure(value)} ${unit}`;

export const CHARTS: readonly ChartKind[] = [
  {
    title: 'Loss',
    lines: [
      { title: 'total', name: 'train/loss' },
      { title: 'probability', name: 'train/loss_probability' },
      { title: 'threshold', name: 'train/loss_threshold' },
      { title: 'binary', name: 'train/loss_binary' },
    ],
    text: figure,
  },
  {
    title: 'H-mean',
    lines: [
      { title: 'CLEval', name: 'val/hmean' },
      { title: 'IoU', name: 'val/hmean_iou' },
      { title: 'DetEval', name: 'val/hmean_deteval' },
    ],
    text: figure,
  },
  { title: 'Learning rate', lines: [{ title: 'rate', name: 'train/learning_rate' }], text: figure },
  {
    title: 'Gradient norm',
    lines: [
      { title: 'before clipping', name: 'train/gradient_norm' },
      { title: 'after', name: 'train/gradient_norm_clipped' },
    ],
    text: figure,
    isLogarithmic: true,
  },
  {
    title: 'Loss scale',
    lines: [{ title: 'scale', name: 'train/loss_scale' }],
    text: figure,
    isLogarithmic: true,
  },
  {
    title: 'Images a second',
    lines: [{ title: 'mean of the last 1000 batches', name: 'time/batch_seconds_mean' }],
    convert: (seconds, { batch_size }) => Number(batch_size) / seconds,
    text: figure,
  },
  {
    title: 'Waiting for data',
    lines: [{ title: 'share of the time', name: 'time/data_wait_share' }],
    convert: (share) => share * 100,
    text: withUnit('%'),
  },
  {
    title: 'Found in the cache',
    lines: [
      { title: 'training', name: 'cache/train_hit_rate_percent' },
      { title: 'validation', name: 'cache/val_hit_rate_percent' },
    ],
    text: withUnit('%'),
  },
  {
    title: 'Memory',
    lines: [
      { title: 'process', name: 'memory/rss_bytes' },
      { title: 'engine', name: 'memory/engine_bytes' },
      { title: 'engine, peak', name: 'memory/engine_peak_bytes' },
    ],
    convert: (bytes) => bytes / MEGABYTE,
    text: withUnit('MB'),
  },
];
