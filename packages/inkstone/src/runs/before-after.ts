/** `before_after`: what a run that starts from weights is judged by at its end. The judging itself is a study. */
import { z } from 'zod';
import { METRIC_CHOICES } from '../metrics/index.js';

export const beforeAfterSchema = z
  .strictObject({
    metric: z
      .enum(METRIC_CHOICES)
      .default('all')
      .describe(
        'The measure whose H-mean the boxes of both detectors suit best on val; all: the mean of them.',
      ),
    also: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Data sets that were not trained on, to see what is forgotten: folders, label files, or synthetic for receipts that Inkstone draws. Their val or test is used, or all of them.',
      ),
  })
  .describe(
    'At the end of a run with init_from, compares the detector before training with the best one, and writes into that how its boxes are made.',
  );
