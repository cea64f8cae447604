import { minAreaRect } from 'inkstone-detect/geometry';
import type { TextInstance } from './instance.js';

/** Height of a text across its reading direction, in the pixels of its polygon. */
export function textHeight({ polygon }: Pick<TextInstance, 'polygon'>): number {
  const { width = 0, height = 0 } = minAreaRect(polygon)?.size ?? {};
  return Math.min(width, height);
}
