/**
 * PaddleOCR's label file: one image per line, its texts as JSON after a tab.
 *
 *     folder/001.jpg<TAB>[{"transcription": "TOTAL", "points": [[x, y], …]}, …]
 *
 * `"difficult": true` marks unreadable text as the transcripts do.
 */
import { z } from 'zod';
import { InputError } from '../system/index.js';
import { type LabelledImage, parseText, pointsSchema, usableText } from './instance.js';
import { DoubledKeyError, MAX_TEXTS, parseBoundedJson } from './limits.js';
import { numberedLines } from './lines.js';
import { type Problem, type Report, shorten } from './problem.js';

const textSchema = z
  .object({
    transcription: z.string().default(''),
    points: pointsSchema,
    difficult: z.boolean().default(false),
  })
  .transform(({ points, transcription, difficult }) => ({
    polygon: points,
    transcript: transcription,
    ignore: difficult,
  }));

/** Images of one file. What is unusable is reported; a text without a known place costs its image. */
export function parsePaddle(text: string, path: string, report: Report): LabelledImage[] {
  const images: LabelledImage[] = [];
  for (const { content, line } of numberedLines(text)) {
    const problems: Problem[] = [];
    const image = parseLine(content, line, (problem) => problems.push({ path, line, ...problem }));
    for (const problem of problems) report(problem);
    if (image && problems.every(({ ignored }) => ignored)) images.push(image);
  }
  return images;
}

function parseLine(
  content: string,
  line: number,
  complain: (problem: Omit<Problem, 'path'>) => void,
): LabelledImage | null {
  const tab = content.indexOf('\t');
  if (tab < 0) {
    const reason = 'expected an image path, a tab and a list of texts; there is no tab';
    complain({ message: `${reason}: ${shorten(content)}`, reason });
    return null;
  }
  const name = content.slice(0, tab).trim();
  const texts = parseTexts(content.slice(tab + 1));
  if (typeof texts === 'string') {
    complain({
      message: `the texts of ${shorten(name)} ${texts}`,
      reason: `the texts of an image ${texts}`,
      image: name,
    });
    return null;
  }
  const instances = texts.flatMap((value, i) => {
    const found = usableText(parseText(textSchema, value), ({ message, ...fault }) =>
      complain({ message: `text ${i + 1} of ${shorten(name)}: ${message}`, image: name, ...fault }),
    );
    return found.map((instance) => ({ ...instance, line }));
  });
  return { name, line, instances };
}

/**
 * @param otherwise what else could be done than to rename the picture
 * @throws InputError for a name that the file could not hold
 */
export function assertPaddleName(name: string, otherwise: string): void {
  if (!/[\t\r\n]/.test(name) && name === name.trim()) return;
  throw new InputError(
    `${name}: PaddleOCR's label file cannot hold this name (a tab, a line break, or a blank at its end); rename the picture or ${otherwise}`,
  );
}

/** Reads back as it is, with names that `assertPaddleName` lets pass. */
export function writePaddle(images: readonly LabelledImage[]): string {
  return images
    .map(({ name, instances }) => {
      const texts = instances.map(({ polygon, transcript, ignore }) => ({
        transcription: transcript,
        points: polygon,
        ...(ignore && { difficult: true }),
      }));
      return `${name}\t${JSON.stringify(texts)}\n`;
    })
    .join('');
}

/** The list of texts, or what is wrong with it. */
function parseTexts(json: string): unknown[] | string {
  try {
    const texts = parseBoundedJson(json);
    if (!Array.isArray(texts)) return 'are not a JSON list';
    return texts.length > MAX_TEXTS ? `are more than ${MAX_TEXTS}` : texts;
  } catch (error) {
    return error instanceof DoubledKeyError ? `are not clear: ${error.message}` : 'are not a JSON list';
  }
}
