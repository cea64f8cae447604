import type { Detection } from 'inkstone-detect';
import type { TextInstance } from '../labels/index.js';
import { type Judgement, judgeImage } from '../metrics/index.js';
import type { Outline } from './overlay.js';

/** What became of texts and detections. A text that was found is drawn as what found it. */
export function judgedOutlines(
  texts: readonly TextInstance[],
  detections: readonly Detection[],
  fates: Judgement = judgeImage(texts, detections),
): readonly Outline[] {
  return [
    ...texts.flatMap(({ polygon }, index): Outline[] => {
      const kind = fates.texts[index]!;
      return kind === 'found' ? [] : [{ polygon, kind }];
    }),
    ...detections.map(({ polygon }, index): Outline => ({ polygon, kind: fates.detections[index]! })),
  ];
}
