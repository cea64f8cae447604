/**
 * One JSON file per split, texts by image and word id:
 *
 *     {"images": {"001.jpg": {"words": {"0001": {"points": [[x, y], …], "transcription": "TOTAL"}}}}}
 *
 * Transcriptions are optional; null marks unreadable text as the transcripts do, and so does `"illegibility": true`.
 */
import { z } from 'zod';
import { explain, type LabelledImage, parseText, pointsSchema } from './instance.js';
import { withoutMark } from './lines.js';
import { DataError, type Report } from './problem.js';

const wordSchema = z
  .object({
    points: pointsSchema,
    transcription: z.string().nullable().default(''),
    illegibility: z.boolean().optional(),
  })
  .transform(({ points, transcription, illegibility }) => ({
    polygon: points,
    transcript: transcription ?? '',
    ignore: illegibility === true || transcription === null,
  }));
const fileSchema = z.object({ images: z.record(z.string(), z.unknown()) });
const imageSchema = z.object({ words: z.record(z.string(), z.unknown()).default({}) });

/**
 * Images of one file. Unusable images and words are reported and left out.
 *
 * @throws DataError when the file is not of this form: then nothing in it can be used
 */
export function parseJson(text: string, path: string, report: Report): LabelledImage[] {
  return Object.entries(parseFile(text, path).images).flatMap(([name, value]) => {
    const complain = (message: string): [] => {
      report({ path, message });
      return [];
    };
    const image = imageSchema.safeParse(value);
    if (!image.success) return complain(`images.${name}: ${explain(image.error)}`);
    const instances = Object.entries(image.data.words).flatMap(([id, word]) => {
      const parsed = parseText(wordSchema, word);
      return typeof parsed === 'string' ? complain(`images.${name}.words.${id}: ${parsed}`) : parsed;
    });
    return { name, instances };
  });
}

/** Reads back as it is, but for the order of images whose names are whole numbers. */
export function writeJson(images: readonly LabelledImage[]): string {
  const entries = images.map(({ name, instances }) => {
    const words = instances.map(({ polygon, transcript, ignore }, i) => [
      String(i + 1),
      { points: polygon, transcription: transcript, ...(ignore && { illegibility: true }) },
    ]);
    return [name, { words: Object.fromEntries(words) }];
  });
  return `${JSON.stringify({ images: Object.fromEntries(entries) })}\n`;
}

function parseFile(text: string, path: string): z.infer<typeof fileSchema> {
  let value: unknown;
  try {
    value = JSON.parse(withoutMark(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError({ path, message: `is not JSON: ${reason}` }, { cause });
  }
  const result = fileSchema.safeParse(value);
  if (result.success) return result.data;
  const message = `expected {"images": {name: {"words": {…}}}}: ${explain(result.error)}`;
  throw new DataError({ path, message });
}
