/** What is left of texts in the maps that the network learns to give, at some size and shrink ratio. */
import { fitLongest } from 'inkstone-detect';
import { type Polygon, visitRuns } from 'inkstone-detect/geometry';
import { kernelOf } from '../../data/index.js';
import type { RunConfig } from '../../runs/index.js';
import { type Place, placeOfText } from './finding.js';
import { isHuge, type LabelledSample, resized } from './sample.js';

/** Pixels of paper that a network needs between two kernels of one row, or it finds one text. */
const CLEARANCE = 3;

export interface Kernels {
  /** Readable lines of text. */
  readonly texts: number;
  /** Those without a single pixel in the probability map. */
  readonly vanished: readonly Place[];
  /** Those whose kernel nearly or quite touches that of a neighbour in the same row. */
  readonly merged: readonly Place[];
}

/** @param size longest side of a sample in pixels */
export function examineKernels(
  samples: readonly LabelledSample[],
  size: number,
  targets: RunConfig['data']['targets'],
): Kernels {
  const found = { texts: 0, vanished: [] as Place[], merged: [] as Place[] };
  for (const sample of samples) {
    const { width, height } = fitLongest(sample, size);
    const texts = sample.instances.filter((text) => !text.ignore && !isHuge(text, sample));
    const kernels = texts.map((text) => kernelOf(resized(text, sample, size), targets));
    const { vanished, merged } = paint(kernels, width, height);
    found.texts += texts.length;
    found.vanished.push(...vanished.map((i) => placeOfText(sample, texts[i]!)));
    found.merged.push(...merged.map((i) => placeOfText(sample, texts[i]!)));
  }
  return found;
}

/** Numbers of the kernels that have no pixel, and of those with another one too near to their right or left. */
function paint(kernels: readonly (readonly Polygon[])[], width: number, height: number) {
  const map = new Uint16Array(width * height);
  const visit = (kernel: number, each: (row: number, start: number, end: number) => void): void => {
    for (const polygon of kernels[kernel]!) {
      visitRuns(polygon, width, height, (y, start, end) => each(y * width, start, end));
    }
  };
  const painted = new Set<number>();
  const merged = new Set<number>();
  for (const kernel of kernels.keys()) {
    visit(kernel, (row, start, end) => {
      map.fill(kernel + 1, row + start, row + end);
      painted.add(kernel);
    });
  }
  for (const kernel of painted) {
    visit(kernel, (row, _, end) => {
      for (let x = end - 1; x < Math.min(width, end + CLEARANCE); x++) {
        const other = map[row + x]! - 1;
        if (other >= 0 && other !== kernel) merged.add(kernel).add(other);
      }
    });
  }
  return { vanished: [...kernels.keys()].filter((i) => !painted.has(i)), merged: [...merged] };
}
