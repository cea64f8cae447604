/**
 * PaddleOCR's label file: one image per line, its texts as JSON after a tab.
 *
 *     folder/001.jpg<TAB>[{"transcription": "TOTAL", "points": [[x, y], …]}, …]
 *
 * `"difficult": true` marks unreadable text as the transcripts do.
 */
import { z } from 'zod';
import { type LabelledImage, parseText, pointsSchema } from './instance.js';
import { numberedLines } from './lines.js';
import type { Report } from './problem.js';

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

/** Images of one file. Unusable lines and texts are reported and left out. */
export function parsePaddle(text: string, path: string, report: Report): LabelledImage[] {
  return numberedLines(text).flatMap(({ content, line }) => {
    const complain = (message: string): [] => {
      report({ path, line, message });
      return [];
    };
    const tab = content.indexOf('\t');
    if (tab < 0) return complain('expected an image path, a tab and a list of texts; there is no tab');
    const name = content.slice(0, tab).trim();
    const texts = parseTexts(content.slice(tab + 1));
    if (texts === null) return complain(`the texts of ${name} are not a JSON list`);
    const instances = texts.flatMap((value, i) => {
      const parsed = parseText(textSchema, value);
      return typeof parsed === 'string'
        ? complain(`text ${i + 1} of ${name}: ${parsed}`)
        : { ...parsed, line };
    });
    return { name, line, instances };
  });
}

/** Reads back as it is. Names must not hold a tab or a line break. */
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

function parseTexts(json: string): unknown[] | null {
  try {
    return z.array(z.unknown()).parse(JSON.parse(json));
  } catch {
    return null;
  }
}
