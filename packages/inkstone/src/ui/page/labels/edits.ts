/** What a person does to texts. Nothing here changes its arguments, so that every step can be undone. */
import {
  area,
  boundingBox,
  contains,
  isSelfIntersecting,
  minAreaRect,
  type Point,
  type Polygon,
  toRow,
} from 'inkstone-detect/geometry';
import type { LabelText } from '../../labels/protocol.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Shorter sides are slips of the hand; pixels of the picture. */
const SHORTEST_SIDE = 2;
/** Transcripts that say "unreadable" in every label format. */
const UNREADABLE = ['###', '*'];

/** Tenths of a pixel: no hand is steadier. */
const rounded = (value: number): number => Math.round(value * 10) / 10;
const limited = (value: number, least: number, most: number): number =>
  Math.min(Math.max(value, least), Math.max(least, most));

const pointIn = ([x, y]: Point, { width, height }: Size): Point => [
  rounded(limited(x, 0, width)),
  rounded(limited(y, 0, height)),
];

/** A text that a person has shaped: what the detector thought of it counts no more. */
const shaped = ({ score: _, ...text }: LabelText, polygon: Polygon): LabelText => ({ ...text, polygon });

/** Whether training could use it: it has an area, and its outline does not cross itself. */
export function isSound(polygon: Polygon): boolean {
  return area(polygon) >= 1 && !isSelfIntersecting(polygon);
}

/** Moves the text by so much, or as far as the picture goes. */
export function moved(text: LabelText, dx: number, dy: number, { width, height }: Size): LabelText {
  const { minX, minY, maxX, maxY } = boundingBox(text.polygon);
  const x = limited(dx, Math.min(0, -minX), Math.max(0, width - maxX));
  const y = limited(dy, Math.min(0, -minY), Math.max(0, height - maxY));
  return shaped(
    text,
    text.polygon.map((point) => [rounded(point[0] + x), rounded(point[1] + y)]),
  );
}

export function withCorner(text: LabelText, corner: number, to: Point, size: Size): LabelText {
  return shaped(
    text,
    text.polygon.map((point, index) => (index === corner ? pointIn(to, size) : point)),
  );
}

/** The upright rectangle between two points; undefined for one without a size. */
export function textBetween(from: Point, to: Point, size: Size): LabelText | undefined {
  const [a, b] = [pointIn(from, size), pointIn(to, size)];
  const { minX, minY, maxX, maxY } = boundingBox([a, b]);
  if (maxX - minX < SHORTEST_SIDE || maxY - minY < SHORTEST_SIDE) return undefined;
  return {
    polygon: [
      [minX, minY],
      [maxX, minY],
      [maxX, maxY],
      [minX, maxY],
    ],
    transcript: '',
    ignore: false,
  };
}

export interface Cut {
  /** Ends of the cut on the outline. */
  readonly line: readonly [Point, Point];
  readonly parts: readonly [LabelText, LabelText];
}

/** Cuts the text across its longer side, at the height of `at`. Undefined where the cut would miss it or leave a crumb. */
export function cutAt(text: LabelText, at: Point): Cut | undefined {
  const rect = minAreaRect(text.polygon);
  if (rect === undefined) return undefined;
  const angle = rect.size.width >= rect.size.height ? rect.angle : rect.angle + Math.PI / 2;
  const along: Point = [Math.cos(angle), Math.sin(angle)];
  const beyond = (point: Point): number => (point[0] - at[0]) * along[0] + (point[1] - at[1]) * along[1];
  const [before, after, ends]: [Point[], Point[], Point[]] = [[], [], []];
  for (const [index, point] of text.polygon.entries()) {
    const next = text.polygon[(index + 1) % text.polygon.length]!;
    const [here, there] = [beyond(point), beyond(next)];
    (here < 0 ? before : after).push(point);
    if (here < 0 === there < 0) continue;
    const share = here / (here - there);
    const end: Point = [
      rounded(point[0] + share * (next[0] - point[0])),
      rounded(point[1] + share * (next[1] - point[1])),
    ];
    ends.push(end);
    before.push(end);
    after.push(end);
  }
  const [first, second] = ends;
  if (ends.length !== 2 || !isSound(before) || !isSound(after)) return undefined;
  const transcript = UNREADABLE.includes(text.transcript) ? text.transcript : '';
  const part = (polygon: Polygon): LabelText => shaped({ ...text, transcript }, startingTopLeft(polygon));
  return { line: [first!, second!], parts: [part(before), part(after)] };
}

/** Outlines begin where reading begins. */
function startingTopLeft(polygon: Polygon): Polygon {
  const sums = polygon.map(([x, y]) => x + y);
  const start = sums.indexOf(Math.min(...sums));
  return [...polygon.slice(start), ...polygon.slice(0, start)];
}

/** One text around all of them. */
export function merged(texts: readonly LabelText[], size: Size): LabelText | undefined {
  const corners = minAreaRect(texts.flatMap(({ polygon }) => polygon))?.corners;
  if (corners === undefined) return undefined;
  const polygon = corners.map((corner) => pointIn(corner, size));
  const ignore = texts.every((text) => text.ignore);
  const words = texts.map(({ transcript }) => transcript).filter((word) => !UNREADABLE.includes(word));
  const transcript = words.length < texts.length ? '' : words.join(' ').trim();
  return isSound(polygon) ? { polygon, transcript, ignore } : undefined;
}

/** A transcript that says "unreadable" goes with the mark: every format reads it as one. */
export function ignoring(text: LabelText, ignore: boolean): LabelText {
  const transcript = UNREADABLE.includes(text.transcript.trim()) ? '' : text.transcript;
  return { ...text, transcript, ignore };
}

/** Index of the text under the point, the smallest where they lie over one another; −1 for none. */
export function textAt(texts: readonly LabelText[], [x, y]: Point): number {
  let found = -1;
  for (const [index, { polygon }] of texts.entries()) {
    if (!contains(toRow(polygon), x, y)) continue;
    if (found < 0 || area(polygon) < area(texts[found]!.polygon)) found = index;
  }
  return found;
}
