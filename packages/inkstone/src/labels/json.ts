/**
 * One JSON file per split, texts by image and word id:
 *
 *     {"images": {"001.jpg": {"words": {"0001": {"points": [[x, y], …], "transcription": "TOTAL"}}}}}
 *
 * Transcriptions are optional; null marks unreadable text as the transcripts do, and so does `"illegibility": true`.
 */
import { z } from 'zod';
import { explain, type LabelledImage, parseText, pointsSchema, usableText } from './instance.js';
import { DoubledKeyError, MAX_TEXTS, parseBoundedJson } from './limits.js';
import { withoutMark } from './lines.js';
import { DataError, type Problem, type Report, shorten } from './problem.js';

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
/** An image without text may be `{}`. One that keeps something under other names is another format, not background. */
const imageSchema = z
  .looseObject({ words: z.record(z.string(), z.unknown()).optional() })
  .refine((image) => image.words !== undefined || Object.keys(image).length === 0, 'has no "words"');

/**
 * Images of one file. What is unusable is reported; a text without a known place costs its image.
 *
 * @throws DataError when the file is not of this form: then nothing in it can be used
 */
export function parseJson(text: string, path: string, report: Report): LabelledImage[] {
  return Object.entries(parseFile(text, path).images).flatMap(([name, value]) => {
    const problems: Problem[] = [];
    const image = parseImage(name, value, (problem) => problems.push({ path, image: name, ...problem }));
    for (const problem of problems) report(problem);
    return image && problems.every(({ ignored }) => ignored) ? image : [];
  });
}

function parseImage(
  name: string,
  value: unknown,
  complain: (problem: Omit<Problem, 'path' | 'image'>) => void,
): LabelledImage | null {
  const place = `images.${shorten(name)}`;
  const refuse = (reason: string): null => {
    complain({ message: `${place}: ${reason}`, reason });
    return null;
  };
  const image = imageSchema.safeParse(value);
  if (!image.success) return refuse(explain(image.error));
  const words = Object.entries(image.data.words ?? {});
  if (words.length > MAX_TEXTS) return refuse(`has more than ${MAX_TEXTS} words`);
  const instances = words.flatMap(([id, word]) =>
    usableText(parseText(wordSchema, word), ({ message, ...fault }) =>
      complain({ message: `${place}.words.${shorten(id)}: ${message}`, ...fault }),
    ),
  );
  return { name, instances };
}

/** Reads back as it is, but for the order of images whose names are whole numbers. */
export function writeJson(images: readonly LabelledImage[]): string {
  const entries = images.map(({ name, instances }) => {
    const words = instances.map(({ polygon, transcript, ignore, score }, i) => [
      String(i + 1),
      {
        points: polygon,
        transcription: transcript,
        ...(ignore && { illegibility: true }),
        ...(score !== undefined && { score }),
      },
    ]);
    return [name, { words: Object.fromEntries(words) }];
  });
  return `${JSON.stringify({ images: Object.fromEntries(entries) })}\n`;
}

function parseFile(text: string, path: string): z.infer<typeof fileSchema> {
  let value: unknown;
  try {
    value = parseBoundedJson(withoutMark(text));
  } catch (cause) {
    if (cause instanceof DoubledKeyError)
      throw new DataError({ path, line: cause.line, message: cause.message, reason: 'a key stands twice' });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError({ path, message: `is not JSON: ${reason}` }, { cause });
  }
  const result = fileSchema.safeParse(value);
  if (result.success) return result.data;
  const message = `expected {"images": {name: {"words": {…}}}}: ${explain(result.error)}`;
  throw new DataError({ path, message });
}
