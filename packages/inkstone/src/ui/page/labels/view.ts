/** Which part of a picture is seen: a point p of the picture stands at p · scale + (x, y) of the stage. */
import type { BoundingBox, Point } from 'inkstone-detect/geometry';
import type { Size } from './edits.js';

export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Beyond this a pixel is as large as a thumb. */
const LARGEST_SCALE = 16;
/** Of the stage, around a picture that is shown whole. */
const MARGIN = 12;
/** Of the stage, around a text that is looked at. */
const TEXT_SHARE = 0.4;

export const toStage = ({ scale, x, y }: View, point: Point): Point => [
  point[0] * scale + x,
  point[1] * scale + y,
];

export const toPicture = ({ scale, x, y }: View, point: Point): Point => [
  (point[0] - x) / scale,
  (point[1] - y) / scale,
];

/** The whole picture in the middle of the stage. */
export function whole(stage: Size, picture: Size): View {
  const scale = Math.min(
    LARGEST_SCALE,
    Math.max(1, stage.width - 2 * MARGIN) / picture.width,
    Math.max(1, stage.height - 2 * MARGIN) / picture.height,
  );
  return {
    scale,
    x: (stage.width - picture.width * scale) / 2,
    y: (stage.height - picture.height * scale) / 2,
  };
}

/** Enlarged by `factor`, with the picture's point under `at` staying where it is. */
export function zoomed(view: View, factor: number, at: Point, stage: Size, picture: Size): View {
  const least = Math.min(whole(stage, picture).scale, 1);
  const scale = Math.min(LARGEST_SCALE, Math.max(least, view.scale * factor));
  const [x, y] = toPicture(view, at);
  return kept({ scale, x: at[0] - x * scale, y: at[1] - y * scale }, stage, picture);
}

export const panned = (view: View, dx: number, dy: number, stage: Size, picture: Size): View =>
  kept({ ...view, x: view.x + dx, y: view.y + dy }, stage, picture);

/** A view that shows `box` with some of what is around it. */
export function lookingAt({ minX, minY, maxX, maxY }: BoundingBox, stage: Size, picture: Size): View {
  const scale = Math.min(
    LARGEST_SCALE / 4,
    (TEXT_SHARE * stage.width) / Math.max(1, maxX - minX),
    (TEXT_SHARE * stage.height) / Math.max(1, maxY - minY),
  );
  const [x, y] = [(minX + maxX) / 2, (minY + maxY) / 2];
  return kept({ scale, x: stage.width / 2 - x * scale, y: stage.height / 2 - y * scale }, stage, picture);
}

/** Moved so far that a point of the picture is seen, in the middle, if it is not. */
export function showing(view: View, point: Point, stage: Size, picture: Size): View {
  const [x, y] = toStage(view, point);
  const isSeen = x >= 0 && y >= 0 && x <= stage.width && y <= stage.height;
  if (isSeen) return view;
  return panned(view, stage.width / 2 - x, stage.height / 2 - y, stage, picture);
}

/** The picture's edge can be drawn to the middle of the stage, and no further. */
function kept({ scale, x, y }: View, stage: Size, picture: Size): View {
  const within = (at: number, room: number, length: number): number =>
    Math.min(Math.max(at, room / 2 - length), room / 2);
  return {
    scale,
    x: within(x, stage.width, picture.width * scale),
    y: within(y, stage.height, picture.height * scale),
  };
}
