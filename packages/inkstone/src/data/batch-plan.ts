/** Which samples go into which batch of an epoch: a pure function, so that an epoch can be resumed anywhere. */
import { RandomStream } from 'inkstone-detect/random';

export interface PlanOptions {
  batchSize: number;
  /** Another order every epoch. */
  shuffle: boolean;
  /** At most this many batches. */
  limitBatches?: number;
  /** Width / height of every sample: given, samples of like shape share a batch and little is padded. */
  aspectRatios?: readonly number[];
}

/** Batches whose samples are sorted by shape together: enough for like shapes to meet, few enough to stay random. */
const WINDOW_BATCHES = 16;

/** Batches of sample indices, in order. */
export function planEpoch(count: number, seed: number, epoch: number, options: PlanOptions): number[][] {
  const { batchSize, shuffle, limitBatches = Number.POSITIVE_INFINITY, aspectRatios } = options;
  const random = new RandomStream('order', seed, epoch);
  const order = Array.from({ length: count }, (_, i) => i);
  if (shuffle) random.shuffle(order);

  const batches: number[][] = [];
  const window = aspectRatios ? WINDOW_BATCHES * batchSize : count;
  for (let start = 0; start < count; start += window) {
    const members = order.slice(start, start + window);
    if (aspectRatios) members.sort((a, b) => aspectRatios[a] - aspectRatios[b] || a - b);
    const inWindow: number[][] = [];
    for (let i = 0; i < members.length; i += batchSize) inWindow.push(members.slice(i, i + batchSize));
    // A batch that is not full stays at the very end, wherever the shapes would put it.
    const short = inWindow.at(-1)!.length < batchSize ? inWindow.pop() : undefined;
    if (shuffle && aspectRatios) random.shuffle(inWindow);
    batches.push(...inWindow);
    if (short) batches.push(short);
  }
  return batches.slice(0, limitBatches);
}
