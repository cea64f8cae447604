/**
 * ICDAR's text files, one an image and one text a line:
 *
 *     x1,y1,x2,y2,x3,y3,x4,y4,transcript
 *
 * The transcript is everything after the coordinates, commas included, and stands in double quotes where it would be
 * misread without (ICDAR 2013 quotes them all). Where the coordinates end cannot be told from a line alone, because
 * "1,234.00" is a transcript on a receipt: the caller says so.
 */
import type { Point, Polygon } from 'inkstone-detect/geometry';
import {
  type Fault,
  isIgnored,
  pointsFault,
  polygonFault,
  type TextInstance,
  UNREADABLE,
  usableText,
} from './instance.js';
import { MAX_LINE, MAX_TEXTS } from './limits.js';
import { numberedLines } from './lines.js';
import { type Report, shorten } from './problem.js';

/**
 * `quadrilateral`: eight coordinates, the rest is the transcript, which may be missing. `polygon`: the numbers before the
 * last field, in pairs; the rest is the transcript. `outline`: coordinates and nothing else.
 */
export type IcdarShape = 'quadrilateral' | 'polygon' | 'outline';

export interface IcdarOptions {
  shape: IcdarShape;
  /** Told of each unusable line, which is ignored where its place is known, and else left out. */
  report: Report;
  /** Take polygons without area and those that cross themselves: scoring can deal with them, training cannot. */
  anyPolygon?: boolean;
}

const QUAD_COORDINATES = 8;
/** Fewest coordinates of a polygon: three points. */
const MIN_COORDINATES = 6;
/** So many lines of numbers are no coincidence of transcripts. */
const TELLING_LINES = 3;

/** Texts of one file. A file without lines says that its image shows no text. */
export function parseIcdar(text: string, path: string, options: IcdarOptions): TextInstance[] {
  const instances: TextInstance[] = [];
  let count = 0;
  for (const { content, line } of numberedLines(text)) {
    if (++count > MAX_TEXTS) {
      const reason = `the file has more than ${MAX_TEXTS} lines`;
      options.report({ path, line, message: `${reason}; no picture has so many texts`, reason });
      break;
    }
    const found = usableText(parseLine(content, options), (fault) =>
      options.report({ path, line, ...fault }),
    );
    instances.push(...found.map((instance) => ({ ...instance, line })));
  }
  return instances;
}

/** A text found has an outline and nothing else. */
type Outline = { readonly polygon: Polygon; readonly transcript?: undefined };

/**
 * Reads back as it is, but for line breaks in transcripts, which become spaces. Without a transcript a line holds
 * coordinates alone. `decimals`: default all there are.
 */
export function writeIcdar(instances: readonly (TextInstance | Outline)[], decimals?: number): string {
  const isPolygon = instances.some(({ polygon }) => polygon.length * 2 !== QUAD_COORDINATES);
  return instances
    .map((instance) => {
      const numbers = instance.polygon
        .flat()
        .map((value) => (decimals === undefined ? value : value.toFixed(decimals)));
      if (instance.transcript === undefined) return `${numbers.join(',')}\n`;
      const { transcript, ignore } = instance;
      const content = ignore && !isIgnored(transcript) ? UNREADABLE : transcript.replace(/[\r\n]+/g, ' ');
      return `${numbers.join(',')},${needsQuotes(content, isPolygon) ? quote(content) : content}\n`;
    })
    .join('');
}

/** True when every line is an outline without a transcript. */
export function seesOnlyPoints(text: string): boolean {
  for (const { content } of numberedLines(text)) {
    const fields = fieldsOf(content);
    if (fields.length < MIN_COORDINATES || fields.length % 2 !== 0) return false;
    if (fields.some((field) => toNumber(field) === null)) return false;
  }
  return true;
}

/** True when there are lines enough, all with so many numbers that they must be polygons of more than four points. */
export function seesPolygons(text: string): boolean {
  let count = 0;
  for (const { content } of numberedLines(text)) {
    if (leadingCoordinates(fieldsOf(content)) <= QUAD_COORDINATES) return false;
    count++;
  }
  return count >= TELLING_LINES;
}

/** What stands between the commas; nothing of a line that is too long to be a text. */
function fieldsOf(line: string): string[] {
  return line.length > MAX_LINE ? [] : line.split(',');
}

/** The text of one line, or what is wrong with it. */
function parseLine(line: string, { shape, anyPolygon }: IcdarOptions): TextInstance | Fault {
  if (line.length > MAX_LINE) {
    const reason = `a line has more than ${MAX_LINE} characters`;
    return { message: `${reason}: ${shorten(line)}`, reason };
  }
  const fields = fieldsOf(line);
  const count = coordinateCount(fields, shape);
  if (fields.length < count || count < MIN_COORDINATES) return tooShort(line, fields, shape);
  const numbers: number[] = [];
  for (const field of fields.slice(0, count)) {
    const value = toNumber(field);
    if (value === null) {
      const isFifth =
        numbers.length === RECTANGLE_NUMBERS && fields.slice(RECTANGLE_NUMBERS, count).every(isWord);
      if (isFifth) return tooShort(line, fields, shape);
      return {
        message: `expected a coordinate, found "${shorten(field)}"`,
        reason: 'a coordinate is no number',
      };
    }
    numbers.push(value);
  }
  const polygon = toPolygon(numbers);
  const fault = anyPolygon ? pointsFault(polygon) : polygonFault(polygon);
  if (fault !== null) return fault;
  const transcript = unquote(fields.slice(count).join(',').trim());
  return { polygon, transcript, ignore: isIgnored(transcript) };
}

const RECTANGLE_NUMBERS = 4;
const isWord = (field: string): boolean => toNumber(field) === null;

/** Four numbers and no fifth, between commas or blanks. */
const RECTANGLE = /^\s*(?:[-+.\d]+[,\s]\s*){3}[-+.\d]+\s*(?:$|[,\s]\s*[^-+.\d\s])/;

function tooShort(line: string, fields: readonly string[], shape: IcdarShape): Fault {
  const expected =
    shape === 'quadrilateral' ? 'x1,y1,…,x4,y4,transcript' : 'at least three points x,y and a transcript';
  const found = `found ${fields.length} field${fields.length === 1 ? '' : 's'}: ${shorten(line)}`;
  // Whether its last two are a corner or a width and a height cannot be told, so nobody guesses.
  const advice = RECTANGLE.test(line)
    ? '; four numbers look like a rectangle: write its four corners (docs/data.md)'
    : '';
  return { message: `expected ${expected}, ${found}${advice}`, reason: `a line is not ${expected}${advice}` };
}

function coordinateCount(fields: readonly string[], shape: IcdarShape): number {
  if (shape === 'quadrilateral') return QUAD_COORDINATES;
  return shape === 'outline' ? fields.length : leadingCoordinates(fields);
}

/** How many fields before the last one are numbers, rounded down to pairs. */
function leadingCoordinates(fields: readonly string[]): number {
  const end = fields.findIndex((field, i) => i === fields.length - 1 || toNumber(field) === null);
  return end - (end % 2);
}

/** A number as label files write it; NaN and infinities are numbers too, so that they are named as such. */
function toNumber(field: string): number | null {
  const text = field.trim();
  if (/^[+-]?(nan|inf(inity)?)$/i.test(text)) {
    return /nan/i.test(text) ? Number.NaN : Number.POSITIVE_INFINITY;
  }
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

/** Pairs x1, y1, x2, y2, … into points. */
function toPolygon(coordinates: readonly number[]): Polygon {
  const points: Point[] = [];
  for (let i = 0; i + 1 < coordinates.length; i += 2) points.push([coordinates[i], coordinates[i + 1]]);
  return points;
}

const QUOTED = /^"(.*)"$/s;

function unquote(transcript: string): string {
  const [, inner] = QUOTED.exec(transcript) ?? [];
  return inner === undefined ? transcript : inner.replace(/\\(["\\])/g, '$1');
}

function quote(transcript: string): string {
  return `"${transcript.replace(/["\\]/g, '\\$&')}"`;
}

/** Blanks at its ends would be lost, quotes taken for the file's own, and a number before a comma for a coordinate. */
function needsQuotes(transcript: string, isPolygon: boolean): boolean {
  return (
    transcript !== transcript.trim() || QUOTED.test(transcript) || (isPolygon && leadingNumber(transcript))
  );
}

function leadingNumber(transcript: string): boolean {
  const [first, ...rest] = transcript.split(',');
  return rest.length > 0 && toNumber(first) !== null;
}
