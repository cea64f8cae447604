import { boundingBox, type Polygon } from 'inkstone-detect/geometry';
import type { RandomStream } from 'inkstone-detect/random';
import { z } from 'zod';
import { MAX_SIDE } from '../sample.js';
import type { RandomTransform } from './transform.js';

const schema = z
  .strictObject({
    size: z
      .int()
      .min(32)
      .max(MAX_SIDE)
      .nullable()
      .default(null)
      .describe(
        'Longest side of the window in pixels; null is data.size, so that only what grew beyond it is cut.',
      ),
    attempts: z
      .int()
      .min(1)
      .max(1000)
      .default(10)
      .describe(
        'Random positions that are tried until one shows text and cuts none; else the one that cuts least is taken.',
      ),
  })
  .prefault({})
  .describe('Cut a window out of samples that are larger; text that is cut is ignored.');

/** Cuts last, when it is known how large the source has become: `drawPlacement` asks for its window. */
export const crop = { name: 'crop', version: 1, schema } as const satisfies RandomTransform;

export interface Window {
  left: number;
  top: number;
  /** Texts that the window's edge goes through. */
  cut: number;
}

/** The first of `attempts` random positions that shows text and cuts none, or else the one that cuts least. */
export function drawWindow(
  texts: readonly Polygon[],
  width: number,
  height: number,
  free: { x: number; y: number },
  { attempts }: z.output<typeof schema>,
  random: RandomStream,
): Window {
  if (free.x === 0 && free.y === 0) return { left: 0, top: 0, cut: 0 };
  const boxes = texts.map(boundingBox);
  let best: Window | null = null;
  let bestScore = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const left = Math.floor(random.uniform() * (free.x + 1));
    const top = Math.floor(random.uniform() * (free.y + 1));
    let cut = 0;
    let whole = 0;
    for (const { minX, minY, maxX, maxY } of boxes) {
      if (maxX <= left || minX >= left + width || maxY <= top || minY >= top + height) continue;
      if (minX >= left && maxX <= left + width && minY >= top && maxY <= top + height) whole++;
      else cut++;
    }
    // A window without text teaches little: any other is better.
    const score = whole === 0 && texts.length > 0 ? texts.length + 1 : cut;
    if (score < bestScore) {
      best = { left, top, cut };
      bestScore = score;
    }
    if (score === 0) break;
  }
  return best!;
}
