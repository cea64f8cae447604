/**
 * Sutherland and Hodgman's clipping by a convex window, on coordinates in rows (x, y, x, y, …). It works in two buffers that
 * all calls share: scoring a page cuts millions of pairs, and an array for each point would cost more than the cutting.
 */

/** A convex outline, and the sign of `side` for points inside it: 1 when it runs clockwise on the screen, else -1. */
export interface Window {
  readonly points: Float64Array;
  readonly inward: number;
}

let front = new Float64Array(64);
let back = new Float64Array(64);

/** The part of `subject` inside the window. */
export function clipByWindow(subject: Float64Array, window: Window): Float64Array {
  return front.slice(0, clipIntoFront(subject, window));
}

/** Area in pixels² of the part inside. */
export function clippedArea(subject: Float64Array, window: Window): number {
  const length = clipIntoFront(subject, window);
  const row = front;
  const x = row[0];
  const y = row[1];
  let twice = 0;
  for (let at = 2; at + 2 < length; at += 2) {
    twice += (row[at] - x) * (row[at + 3] - y) - (row[at + 2] - x) * (row[at + 1] - y);
  }
  return Math.abs(twice / 2);
}

function clipIntoFront(subject: Float64Array, { points, inward }: Window): number {
  let length = subject.length;
  reserve(length);
  for (let at = 0; at < length; at++) front[at] = subject[at];
  for (let edge = 0; edge < points.length && length > 0; edge += 2) {
    // An edge of the window cuts an edge of the subject at most once.
    reserve(2 * length);
    length = cut(length, points, edge, inward);
    const swapped = front;
    front = back;
    back = swapped;
  }
  return length;
}

function reserve(length: number): void {
  if (front.length >= length) return;
  const wider = new Float64Array(2 * length);
  wider.set(front);
  front = wider;
  back = new Float64Array(2 * length);
}

/** From `front` to `back`: what lies on the inner side of the edge. Returns how many numbers that is. */
function cut(length: number, window: Float64Array, edge: number, inward: number): number {
  const from = front;
  const to = back;
  const ax = window[edge];
  const ay = window[edge + 1];
  const next = edge + 2 < window.length ? edge + 2 : 0;
  const dx = window[next] - ax;
  const dy = window[next + 1] - ay;
  let kept = 0;
  let previousX = from[length - 2];
  let previousY = from[length - 1];
  let previousSide = (dx * (previousY - ay) - dy * (previousX - ax)) * inward;
  for (let at = 0; at < length; at += 2) {
    const x = from[at];
    const y = from[at + 1];
    const side = (dx * (y - ay) - dy * (x - ax)) * inward;
    if (side >= 0 !== previousSide >= 0) {
      const t = previousSide / (previousSide - side);
      to[kept++] = previousX + t * (x - previousX);
      to[kept++] = previousY + t * (y - previousY);
    }
    if (side >= 0) {
      to[kept++] = x;
      to[kept++] = y;
    }
    previousX = x;
    previousY = y;
    previousSide = side;
  }
  return kept;
}
