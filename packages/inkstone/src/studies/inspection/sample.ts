/** What the data set holds, as its labels have it. */
import { fitLongest } from 'inkstone-detect';
import { area, minAreaRect, type Polygon } from 'inkstone-detect/geometry';
import type { ImageHeader, Sample } from '../../data/index.js';
import type { TextInstance } from '../../labels/index.js';

/** A sample of which no text is moved or left out because of where it lies. */
export interface LabelledSample extends Sample, ImageHeader {}

/** Share of its picture's longest side that one line of text is never high. */
const HIGHEST = 0.25;
/** Share of its picture that one line of text never covers. */
const LARGEST = 0.5;

export const textsOf = (samples: readonly LabelledSample[]): TextInstance[] =>
  samples.flatMap(({ instances }) => instances);

/** The text in pixels of a sample whose longest side is `size`. */
export function resized({ polygon }: TextInstance, sample: LabelledSample, size: number): Polygon {
  const { scale } = fitLongest(sample, size);
  return polygon.map(([x, y]) => [x * scale, y * scale] as const);
}

/** Height of a text, across its reading direction, in pixels of such a sample. */
export function textHeight(text: TextInstance, sample: LabelledSample, size: number): number {
  const { width = 0, height = 0 } = minAreaRect(resized(text, sample, size))?.size ?? {};
  return Math.min(width, height);
}

/** Heights of the readable texts. */
export function textHeights(samples: readonly LabelledSample[], size: number): number[] {
  return samples.flatMap((sample) =>
    sample.instances.filter(({ ignore }) => !ignore).map((text) => textHeight(text, sample, size)),
  );
}

/** Whether it is too large for one line of text: a frame around a paragraph, or a slip of the mouse. */
export function isHuge(text: TextInstance, sample: LabelledSample): boolean {
  const { width, height } = sample;
  return textHeight(text, sample, 1) > HIGHEST || area(text.polygon) > LARGEST * width * height;
}
