import type { Detection } from 'inkstone-detect';
import type { TextInstance } from '../labels/index.js';
import { matchByIou } from '../metrics/index.js';
import type { Outline } from './overlay.js';

/** Which texts were found and which missed, which detections are none, as IoU counts them. */
export function judgedOutlines(
  texts: readonly TextInstance[],
  detections: readonly Detection[],
): readonly Outline[] {
  const { pairs, ignored } = matchByIou(texts, detections);
  const found = new Set(pairs.values());
  return [
    ...texts.flatMap(({ polygon, ignore }, text): Outline[] =>
      ignore ? [{ polygon, kind: 'ignored' }] : pairs.has(text) ? [] : [{ polygon, kind: 'missed' }],
    ),
    ...detections.map(({ polygon }, detection): Outline => {
      const kind = ignored.has(detection) ? 'ignored' : found.has(detection) ? 'found' : 'false';
      return { polygon, kind };
    }),
  ];
}
