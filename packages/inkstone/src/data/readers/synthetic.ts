/** Receipts that Inkstone draws itself: an ICDAR folder below `data.root` that is made the first time it is asked for. */
import { ensureSyntheticDataset, syntheticSchema } from '../synthetic/dataset.js';
import { icdar } from './icdar.js';
import type { Reader } from './reader.js';

const keys = { synthetic: syntheticSchema };

/** A line is logged each time another tenth is done. */
const PROGRESS_LINES = 10;

export const synthetic = {
  name: 'synthetic',
  layout: icdar.layout,
  keys,
  find: ({ root }, split) => icdar.find({ root, polygon_points: 4 }, split),
  async prepare({ root, synthetic }, log) {
    const onProgress = (done: number, total: number) => {
      const tenth = Math.ceil(total / PROGRESS_LINES);
      if (done % tenth === 0 || done === total) log(`[INFO] Drawing receipts: ${done} of ${total}`);
    };
    const drawn = await ensureSyntheticDataset(root, synthetic, { onProgress });
    return { name: icdar.name, root: drawn };
  },
} as const satisfies Reader<typeof keys>;
