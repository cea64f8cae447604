/** Receipts that Inkstone draws itself: an ICDAR folder below `data.root` that is made the first time it is asked for. */
import { z } from 'zod';
import { ensureSyntheticDataset } from '../synthetic/index.js';
import { icdar } from './icdar.js';
import type { Reader } from './reader.js';

const keys = {
  synthetic: z
    .strictObject({
      train_count: z.int().min(1).default(400).describe('Receipts to train on.'),
      val_count: z.int().min(1).default(100).describe('Receipts to validate on.'),
      seed: z
        .int()
        .min(0)
        .default(0)
        .describe('Another seed draws other receipts; the same one the same on every machine.'),
      size: z.int().min(64).default(900).describe('Longest side of the pictures, in pixels.'),
      difficulty: z
        .number()
        .min(0)
        .max(1)
        .default(0.7)
        .describe('From 0 (flat and clean) to 1 (crumpled, faded, badly lit).'),
    })
    .prefault({})
    .describe('What data=synthetic draws.'),
};

/** A line is logged each time another tenth is done. */
const PROGRESS_LINES = 10;

export const synthetic = {
  name: 'synthetic',
  layout: icdar.layout,
  keys,
  find: ({ root }, split) => icdar.find({ root, polygon_points: 4 }, split),
  async prepare({ root, synthetic }, log) {
    const drawn = await ensureSyntheticDataset({
      root,
      seed: synthetic.seed,
      trainCount: synthetic.train_count,
      valCount: synthetic.val_count,
      size: synthetic.size,
      difficulty: synthetic.difficulty,
      onProgress: (done, total) => {
        const tenth = Math.ceil(total / PROGRESS_LINES);
        if (done % tenth === 0 || done === total) log(`[INFO] Drawing receipts: ${done} of ${total}`);
      },
    });
    return { name: icdar.name, root: drawn };
  },
} as const satisfies Reader<typeof keys>;
