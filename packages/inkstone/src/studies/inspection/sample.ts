/** What the data set holds, as its labels have it. */
import { fitLongest } from 'inkstone-detect';
import { area, type Polygon } from 'inkstone-detect/geometry';
import type { ImageHeader, Sample } from '../../data/index.js';
import { type TextInstance, textHeight } from '../../labels/index.js';

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
export function heightAt(text: TextInstance, sample: LabelledSample, size: number): number {
  return textHeight({ polygon: resized(text, sample, size) });
}

/** Heights of the readable texts. */
export function textHeights(samples: readonly LabelledSample[], size: number): number[] {
  return samples.flatMap((sample) =>
    sample.instances.filter(({ ignore }) => !ignore).map((text) => heightAt(text, sample, size)),
  );
}

/** Whether it is too large for one line of text: a frame around a paragraph, or a slip of the mouse. */
export function isHuge(text: TextInstance, sample: LabelledSample): boolean {
  const { width, height } = sample;
  return heightAt(text, sample, 1) > HIGHEST || area(text.polygon) > LARGEST * width * height;
}
