import type { RunFigures } from './figures.js';

/** A run with plausible figures, some of them replaced. */
export function runFigures(figures: Partial<RunFigures> = {}): RunFigures {
  return {
    precision: '32-true',
    seed: 1,
    folder: 'runs/x',
    outcome: 'finished',
    failure: null,
    reused: false,
    steps: 3,
    hmean: 0.9,
    hmean_iou: 0.8,
    hmean_deteval: 0.7,
    seconds_per_step: 0.5,
    data_wait_share: 0.1,
    peak_engine_bytes: 2e8,
    peak_rss_bytes: 4e8,
    skipped_steps: 0,
    final_loss: 1.5,
    gradient_norm_median: 2,
    gradient_norm_max: 12,
    curves: {
      loss: [
        [1, 3],
        [2, 2],
        [3, 1.5],
      ],
      gradient_norm: [
        [1, 12],
        [3, 2],
      ],
      loss_scale: [],
      hmean: [[3, 0.9]],
      hmean_iou: [[3, 0.8]],
      hmean_deteval: [[3, 0.7]],
    },
    ...figures,
  };
}
