import type { StateDict } from '../../nn/index.js';

const PROBABILITY = 'head.binarize.';
const THRESHOLD = 'head.thresh.';
const LAST_LAYER = 'conv3.';

/** By what the published logits are too large. */
const SATURATION = 8;
/** The logit of 0.3, the threshold map's value far from text. */
const FLAT = Math.log(0.3 / 0.7);

/**
 * The published weights as training can go on from them. Their logits are saturated (-40 and +40), and cross-entropy would first
 * of all undo that: the last layer is divided, which leaves the contour at 0.5 where it is. The threshold branch, which the
 * published file lacks, starts as the probability branch's features and a map of 0.3 everywhere.
 */
export function readyForTraining(published: StateDict): StateDict {
  const ready: StateDict = new Map(published);
  for (const [name, { shape, data }] of published) {
    if (!name.startsWith(PROBABILITY)) continue;
    const part = name.slice(PROBABILITY.length);
    const isLast = part.startsWith(LAST_LAYER);
    const flat = part.endsWith('bias') ? FLAT : 0;
    ready.set(`${THRESHOLD}${part}`, { shape, data: isLast ? data.map(() => flat) : data });
    if (isLast) ready.set(name, { shape, data: data.map((value) => value / SATURATION) });
  }
  return ready;
}

/**
 * Trained weights with logits as steep as the published ones: PaddleOCR's tools, and those made for its files, take for text what is
 * only nearly 0.
 */
export function readyForPaddleOcr(trained: StateDict): StateDict {
  const isLast = (name: string) => name.startsWith(`${PROBABILITY}${LAST_LAYER}`);
  return new Map(
    [...trained].map(([name, { shape, data }]) => [
      name,
      { shape, data: isLast(name) ? data.map((value) => value * SATURATION) : data },
    ]),
  );
}
