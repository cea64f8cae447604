/** `val-images.json`: how each image of the last validation came out. */
import type { Detection } from 'inkstone-detect';
import { z } from 'zod';
import type { SampleInfo } from '../data/index.js';
import { type Judgement, judgeImage } from '../metrics/index.js';
import { readJson } from '../system/index.js';
import { figureSchema } from '../tracking/index.js';

const rowSchema = z.object({
  id: z.string(),
  /** Of this image alone: CLEval, IoU and DetEval. */
  hmean: figureSchema,
  hmean_iou: figureSchema,
  hmean_deteval: figureSchema,
  /** Texts that are not ignored. */
  texts: z.int(),
  found: z.int(),
  missed: z.int(),
  /** Texts that were found in pieces only, and texts that were found only together with others. */
  split: z.int(),
  merged: z.int(),
  /** Detections that are no text. */
  invented: z.int(),
  /** The file in `overlays/`; null for an image that was not drawn. */
  picture: z.string().nullable(),
});

const imageRowsSchema = z.object({ step: z.int().min(0), images: z.array(rowSchema) });

export type ImageRow = Readonly<z.output<typeof rowSchema>>;
export type ImageRows = Readonly<z.output<typeof imageRowsSchema>>;

/** @throws InputError for a file that no run wrote */
export const readImageRows = (file: string): ImageRows =>
  readJson(file, imageRowsSchema, 'move the file away; the next validation writes it anew');

/** An image that was evaluated, and what came of it. */
export interface JudgedImage {
  readonly sample: SampleInfo;
  readonly detections: readonly Detection[];
  readonly fates: Judgement;
  readonly row: ImageRow;
}

export function judgedImage(
  sample: SampleInfo,
  detections: readonly Detection[],
  figures: Readonly<Record<string, number>>,
): JudgedImage {
  const fates = judgeImage(sample.instances, detections);
  const textsThatAre = (fate: Judgement['texts'][number]) => fates.texts.filter((own) => own === fate).length;
  const [hmean = 0, hmean_iou = 0, hmean_deteval = 0] = ['hmean', 'hmean_iou', 'hmean_deteval'].map(
    (name) => figures[name],
  );
  const row = {
    id: sample.id,
    hmean,
    hmean_iou,
    hmean_deteval,
    texts: fates.texts.length - textsThatAre('ignored'),
    found: textsThatAre('found'),
    missed: textsThatAre('missed'),
    split: textsThatAre('split'),
    merged: textsThatAre('merged'),
    invented: fates.detections.filter((fate) => fate === 'invented').length,
    picture: null,
  };
  return { sample, detections, fates, row };
}

/** The worst first; of equal ones the one with more that is wrong. */
export function worseFirst(a: ImageRow, b: ImageRow): number {
  const wrong = ({ missed, split, merged, invented }: ImageRow) => missed + split + merged + invented;
  return a.hmean - b.hmean || wrong(b) - wrong(a);
}
