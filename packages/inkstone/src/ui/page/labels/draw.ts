/** How outlines look, and on a canvas over the picture those that somebody is at work on, in the stage's pixels. */
import { type BoundingBox, boundingBox, type Point, type Polygon } from 'inkstone-detect/geometry';
import type { LabelText } from '../../labels/protocol.js';
import { toStage, type View } from './view.js';

export interface Drawing {
  readonly texts: readonly LabelText[];
  readonly chosen: readonly number[];
  /** Of the only chosen text, when the arrow keys move a corner. */
  readonly corner: number | undefined;
  /** What somebody else has saved meanwhile. */
  readonly theirs: readonly LabelText[];
  readonly cut: readonly [Point, Point] | undefined;
  /** A text that is being drawn. */
  readonly added: Polygon | undefined;
}

/** Below this score a text is worth a look. */
export const DOUBTFUL = 0.7;
/** Radius of a corner's handle, pixels of the stage. */
const HANDLE = 6;
/** How far beyond its points something is drawn: the handle of the corner that keys move, and its line. */
const REACH = HANDLE + 4;
const LINE = 1.25;
export const HALO = 'rgb(0 0 0 / 35%)';
export const HALO_WIDTH = 1.25;
/** Seen on paper and on dark tables, and told apart by those who see no red or green (Okabe and Ito, 2008). */
const SURE = '#3d9bff';
const UNSURE = '#ffb000';
const IGNORED = '#c9ced6';
const THEIRS = '#ff7ac6';

/** Texts that look alike. */
export interface Alike {
  readonly texts: readonly LabelText[];
  readonly style: Style;
}

/** What nobody is at work on. Later kinds lie over earlier ones. */
export function still({ texts, chosen, theirs }: Drawing): Alike[] {
  const isChosen = new Set(chosen);
  const others = texts.filter((_, index) => !isChosen.has(index));
  return [
    { texts: theirs, style: { color: THEIRS, width: 2, dash: [6, 4] } },
    ...Object.entries(STYLES).map(([kind, style]) => ({
      texts: others.filter((text) => kindOf(text) === kind),
      style: { ...style, width: LINE },
    })),
  ];
}

/** The part of the stage on which `drawMoving` draws. */
export function movingBounds(view: View, { texts, chosen, cut, added }: Drawing): BoundingBox | undefined {
  const points = [...chosen.map((index) => texts[index]!.polygon), added ?? [], cut ?? []].flat();
  if (points.length === 0) return undefined;
  const { minX, minY, maxX, maxY } = boundingBox(points.map((point) => toStage(view, point)));
  return { minX: minX - REACH, minY: minY - REACH, maxX: maxX + REACH, maxY: maxY + REACH };
}

/** What is chosen or begun, over all else. */
export function drawMoving(g: CanvasRenderingContext2D, view: View, drawing: Drawing): void {
  const { texts, chosen, cut, added } = drawing;
  for (const index of chosen) {
    const text = texts[index]!;
    outline(g, view, text.polygon, { ...STYLES[kindOf(text)], width: 2 * LINE, fill: 0.18 });
  }
  if (chosen.length === 1) handles(g, view, texts[chosen[0]!]!.polygon, drawing.corner);
  if (added !== undefined) outline(g, view, added, { color: SURE, width: 2, fill: 0.18 });
  if (cut !== undefined) outline(g, view, cut, { color: UNSURE, width: 3, dash: [6, 4] });
}

export interface Style {
  readonly color: string;
  readonly width: number;
  readonly dash?: readonly number[];
  /** How much of the colour fills it. */
  readonly fill?: number;
}

/** The later ones lie over the earlier ones. */
const STYLES = {
  ignored: { color: IGNORED, dash: [4, 4], fill: 0.25 },
  sure: { color: SURE },
  unsure: { color: UNSURE },
} as const satisfies Record<string, Omit<Style, 'width'>>;

function kindOf({ ignore, score = 1 }: LabelText): keyof typeof STYLES {
  if (ignore) return 'ignored';
  return score < DOUBTFUL ? 'unsure' : 'sure';
}

function outline(
  g: CanvasRenderingContext2D,
  view: View,
  polygon: Polygon,
  { color, width, dash = [], fill = 0 }: Style,
): void {
  g.beginPath();
  for (const [index, point] of polygon.entries()) {
    const [x, y] = toStage(view, point);
    if (index === 0) g.moveTo(x, y);
    else g.lineTo(x, y);
  }
  g.closePath();
  if (fill > 0) {
    g.globalAlpha = fill;
    g.fillStyle = color;
    g.fill();
    g.globalAlpha = 1;
  }
  g.setLineDash([]);
  g.lineWidth = width + HALO_WIDTH;
  g.strokeStyle = HALO;
  g.stroke();
  g.setLineDash([...dash]);
  g.lineWidth = width;
  g.strokeStyle = color;
  g.stroke();
}

function handles(
  g: CanvasRenderingContext2D,
  view: View,
  polygon: Polygon,
  active: number | undefined,
): void {
  g.setLineDash([]);
  for (const [index, point] of polygon.entries()) {
    g.beginPath();
    g.arc(...toStage(view, point), index === active ? HANDLE + 2 : HANDLE, 0, 2 * Math.PI);
    g.fillStyle = index === active ? UNSURE : '#fff';
    g.strokeStyle = '#10243e';
    g.lineWidth = 1.5;
    g.fill();
    g.stroke();
  }
}
