import { area, COORDINATE_LIMIT, isSelfIntersecting, type Polygon } from 'inkstone-detect/geometry';
import { z } from 'zod';

/** One text of an image, in pixels of the upright original. */
export interface TextInstance {
  readonly polygon: Polygon;
  /** Empty when nobody wrote it down. */
  readonly transcript: string;
  /** Unreadable text: neither rewarded nor punished, in training as in scoring. */
  readonly ignore: boolean;
  /** Line of the label file that it stands on, counted from 1, where labels have lines. */
  readonly line?: number;
}

/** The texts of one image in a label file that holds several. */
export interface LabelledImage {
  /** As the label file names it: a path below some folder. */
  readonly name: string;
  readonly line?: number;
  readonly instances: readonly TextInstance[];
}

/** How unreadable text is written where a format has nothing but the transcript to say so. */
export const UNREADABLE = '###';

/** Transcripts that mark unreadable text in every format: ICDAR's own mark, and the one that EAST and PaddleOCR add. */
const IGNORED_TRANSCRIPTS: ReadonlySet<string> = new Set([UNREADABLE, '*']);

export function isIgnored(transcript: string): boolean {
  return IGNORED_TRANSCRIPTS.has(transcript.trim());
}

/** Points in JSON. NaN and infinities have no JSON form; what is too large is left to `polygonFault`. */
export const pointsSchema = z.array(z.tuple([z.number(), z.number()]));

/** One text of a JSON format, whose schema knows its keys; or what is wrong with it. */
export function parseText(schema: z.ZodType<TextInstance>, value: unknown): TextInstance | string {
  const result = schema.safeParse(value);
  if (!result.success) return explain(result.error);
  const { polygon, transcript, ignore } = result.data;
  return polygonFault(polygon) ?? { polygon, transcript, ignore: ignore || isIgnored(transcript) };
}

/** The first complaint, with where it is: `points.0.1: expected number`. */
export function explain(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message;
}

/** Pixels² below which a polygon is a point or a line: no image of it could show a letter. */
const MIN_AREA = 0.5;

/** Why one cannot train on the polygon, or null. */
export function polygonFault(polygon: Polygon): string | null {
  const fault = pointsFault(polygon);
  if (fault !== null) return fault;
  const points = polygon.map(([x, y]) => `(${x}, ${y})`).join(' ');
  if (isSelfIntersecting(polygon)) {
    return `the polygon ${points} crosses itself; list its points in order around the text`;
  }
  return area(polygon) < MIN_AREA ? `the polygon ${points} has no area` : null;
}

/** Why the points are no polygon at all, or null. */
export function pointsFault(polygon: Polygon): string | null {
  if (polygon.length < 3) return `a polygon needs at least 3 points, this one has ${polygon.length}`;
  for (const value of polygon.flat()) {
    if (!Number.isFinite(value)) return `a coordinate is ${value}, not a finite number`;
    if (Math.abs(value) > COORDINATE_LIMIT) {
      return `a coordinate is ${value}, beyond the limit of ±${COORDINATE_LIMIT} pixels`;
    }
  }
  return null;
}
