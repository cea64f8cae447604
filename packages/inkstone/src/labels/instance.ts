import {
  area,
  boundingBox,
  COORDINATE_LIMIT,
  isConvex,
  isSelfIntersecting,
  type Point,
  type Polygon,
} from 'inkstone-detect/geometry';
import { z } from 'zod';
import { MAX_POINTS } from './limits.js';

/** One text of an image, in pixels of the upright original. */
export interface TextInstance {
  readonly polygon: Polygon;
  /** Empty when nobody wrote it down. */
  readonly transcript: string;
  /** Unreadable text: neither rewarded nor punished, in training as in scoring. */
  readonly ignore: boolean;
  /** How sure a detector is of a text that it found, 0 … 1. */
  readonly score?: number;
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

/** Why a text cannot be used. */
export interface Fault {
  readonly message: string;
  /** The message without names and numbers, for counting faults of a kind. */
  readonly reason: string;
  /** Where the text is, if that can be read all the same. */
  readonly place?: Polygon;
}

/** How unreadable text is written where a format has nothing but the transcript to say so. */
export const UNREADABLE = '###';

/** Transcripts that mark unreadable text in every format: ICDAR's own mark, and the one that EAST and PaddleOCR add. */
const IGNORED_TRANSCRIPTS: ReadonlySet<string> = new Set([UNREADABLE, '*']);

export function isIgnored(transcript: string): boolean {
  return IGNORED_TRANSCRIPTS.has(transcript.trim());
}

/**
 * Points in JSON. NaN and infinities have no JSON form; what is too large is left to `polygonFault`. Checked by hand: zod
 * takes microseconds for each point, and a data set has millions.
 */
export const pointsSchema = z
  .array(z.unknown())
  .max(MAX_POINTS, `more than ${MAX_POINTS} points`)
  .transform((points, context): Polygon => {
    const broken = points.findIndex((point) => !isPoint(point));
    if (broken >= 0)
      context.addIssue({ code: 'custom', path: [broken], message: 'expected two numbers [x, y]' });
    return points as Point[];
  });
const placeSchema = z.object({ points: pointsSchema });

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length === 2 && Number.isFinite(value[0]) && Number.isFinite(value[1]);
}

/** One text of a JSON format, whose schema knows its keys; or what is wrong with it. */
export function parseText(schema: z.ZodType<TextInstance>, value: unknown): TextInstance | Fault {
  const result = schema.safeParse(value);
  if (result.success) {
    const { polygon, transcript, ignore } = result.data;
    return polygonFault(polygon) ?? { polygon, transcript, ignore: ignore || isIgnored(transcript) };
  }
  const message = explain(result.error);
  const points = placeSchema.safeParse(value).data?.points;
  return { message, reason: message, ...(points && placeOf(points)) };
}

/**
 * A text as it was parsed. One that is unusable is reported; it becomes an ignored text where its place is known, so that
 * nobody takes it for background, and nothing where not.
 */
export function usableText(
  parsed: TextInstance | Fault,
  report: (fault: { message: string; reason: string; ignored: boolean }) => void,
): TextInstance[] {
  if ('polygon' in parsed) return [parsed];
  const { message, reason, place } = parsed;
  report({ message, reason, ignored: place !== undefined });
  return place ? [{ polygon: place, transcript: '', ignore: true }] : [];
}

/** The first complaint, with where it is: `points.0.1: expected number`. */
export function explain(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message;
}

/** Pixels² below which a polygon is a point or a line: no image of it could show a letter. */
const MIN_AREA = 0.5;

/** Why one cannot train on the polygon, or null. */
export function polygonFault(polygon: Polygon): Fault | null {
  const fault = pointsFault(polygon);
  if (fault !== null) return fault;
  if (polygon.length > MAX_POINTS) {
    const reason = `a polygon has more than ${MAX_POINTS} points`;
    return {
      message: `the polygon has ${polygon.length} points, more than ${MAX_POINTS}`,
      reason,
      ...placeOf(polygon),
    };
  }
  if (polygon.flat().every((value) => value >= 0 && value <= 1)) {
    const reason = 'coordinates are pixels, not shares of the image from 0 to 1';
    return { message: `the polygon ${inWords(polygon)} lies within one pixel; ${reason}`, reason };
  }
  if (!isConvex(polygon) && isSelfIntersecting(polygon)) {
    const message = `the polygon ${inWords(polygon)} crosses itself; list its points in order around the text`;
    return { message, reason: 'a polygon crosses itself', ...placeOf(polygon) };
  }
  if (area(polygon) >= MIN_AREA) return null;
  return { message: `the polygon ${inWords(polygon)} has no area`, reason: 'a polygon has no area' };
}

function inWords(polygon: Polygon): string {
  return polygon.map(([x, y]) => `(${x}, ${y})`).join(' ');
}

/** Why the points are no polygon at all, or null. */
export function pointsFault(polygon: Polygon): Fault | null {
  if (polygon.length < 3) {
    const rule = 'a polygon needs at least 3 points';
    return { message: `${rule}, this one has ${polygon.length}`, reason: rule };
  }
  for (const point of polygon) {
    const broken = point.find((value) => !(Math.abs(value) <= COORDINATE_LIMIT));
    if (broken === undefined) continue;
    const limit = Number.isFinite(broken)
      ? `beyond the limit of ±${COORDINATE_LIMIT} pixels`
      : 'not a finite number';
    return { message: `a coordinate is ${broken}, ${limit}`, reason: `a coordinate is ${limit}` };
  }
  return null;
}

/** The box around points that are no usable polygon: somewhere in it is the text. */
function placeOf(points: Polygon): { place?: Polygon } {
  if (pointsFault(points) !== null) return {};
  const { minX, minY, maxX, maxY } = boundingBox(points);
  const place: Polygon = [
    [minX, minY],
    [maxX, minY],
    [maxX, maxY],
    [minX, maxY],
  ];
  return area(place) < MIN_AREA ? {} : { place };
}
