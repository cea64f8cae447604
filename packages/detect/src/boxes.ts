/**
 * From a probability map to text boxes (arXiv:1911.08947, section 3.6): threshold, connected components, the mean
 * probability of each as its score, and its outline grown back to the size that training shrank it from.
 */

import { type Component, componentRect, findComponents, outerContour } from './components.js';
import {
  area,
  clampToRect,
  growRect,
  offsetPolygon,
  type Polygon,
  perimeter,
  type RotatedRect,
  simplify,
  visitRuns,
} from './geometry/index.js';

/** What is left out is taken from `POSTPROCESS_DEFAULTS`. */
export interface PostprocessOptions {
  /** A pixel is text above this probability. */
  readonly threshold?: number;
  /** A component is kept when the mean probability of its pixels is at least this. */
  readonly boxThreshold?: number;
  /**
   * How far outlines grow. A number: area · ratio / perimeter pixels, as in the paper, too little for thin outlines and too
   * much for thick ones. 'inverse': exactly what undoes the shrinking of the training targets (see `growth`).
   */
  readonly unclipRatio?: number | 'inverse';
  /** The ratio r that training shrank its targets with; only 'inverse' uses it. */
  readonly shrinkRatio?: number;
  /**
   * Whether 'inverse' first moves the outline to where the sum of the probabilities puts it. Right for maps as blurred as
   * training leaves them; networks with steeper maps, PaddleOCR's for instance, do as well or better without.
   */
  readonly massCorrection?: boolean;
  /** Only the best-scored outlines are kept when there are more. */
  readonly maxCandidates?: number;
  /** Components whose smallest enclosing rectangle has a shorter side are dropped; map pixels, before growing. */
  readonly minSize?: number;
  /** Four corners each, or outlines that follow the text. */
  readonly output?: 'quad' | 'polygon';
}

/** A text found: on a map in its pixels and inside it, on an image in pixels of the upright original. */
export interface Detection {
  /** A quadrilateral runs clockwise from its top left corner. */
  readonly polygon: Polygon;
  /** Mean probability of the component's pixels, 0 … 1: over its rectangle instead, thin and slanted text would lose. */
  readonly score: number;
}

/** For networks trained as Inkstone trains them by default; chosen on SROIE (docs/recipe.md). */
export const POSTPROCESS_DEFAULTS: Required<PostprocessOptions> = {
  threshold: 0.35,
  boxThreshold: 0.55,
  unclipRatio: 'inverse',
  shrinkRatio: 0.7,
  massCorrection: true,
  maxCandidates: 300,
  minSize: 1,
  output: 'quad',
};

/** Simplifying an outline may move it by this share of its length, but at least by one pixel: that removes the stairs. */
const CONTOUR_TOLERANCE = 0.002;
const STAIR_TOLERANCE = 1;
/** Map pixels over which a network that computes at stride 4 smears an edge. */
const BLUR = 3;
/** Probability of a neighbour must not blow an outline up: it is moved outward by at most this many pixels for its mass. */
const MOST_CORRECTION = 1;

/**
 * Boxes in the order of their topmost pixels, whatever their scores.
 *
 * @param probability float32 [height, width], 0 … 1
 */
export function boxesFromMap(
  probability: Float32Array,
  width: number,
  height: number,
  options: PostprocessOptions = {},
): Detection[] {
  const settings = { ...POSTPROCESS_DEFAULTS, ...options };
  const { threshold, boxThreshold, maxCandidates, minSize, output } = settings;
  const candidates: (Detection & { readonly rect: RotatedRect })[] = [];
  for (const component of findComponents(probability, width, height, threshold)) {
    const rect = componentRect(component);
    if (Math.min(rect.size.width, rect.size.height) < minSize) continue;
    const polygon = output === 'quad' ? rect.corners : contourOf(component);
    const score = meanOver(probability, width, component);
    if (score >= boxThreshold) candidates.push({ polygon, score, rect });
  }
  return bestScored(candidates, maxCandidates).flatMap(({ polygon, score, rect }) => {
    const grow = (distance: number): Polygon | undefined =>
      output === 'quad' ? growRect(rect, distance).corners : largestOffset(polygon, distance);
    const mass = settings.massCorrection
      ? massInside(probability, width, height, grow(BLUR) ?? polygon)
      : area(polygon);
    const grown = grow(growth(polygon, mass, settings));
    return grown ? [{ polygon: clampToRect(grown, width, height), score }] : [];
  });
}

/**
 * How far an outline grows, in pixels.
 *
 * Training shrinks a text of area A and perimeter L by D = (1 − r²) · A / L. Growing the shrunk outline (area a, perimeter
 * l) by D gives back A = a + l·D + c·D² and L = l + 2c·D, where c is 4 for a rectangle. Together:
 * c(2 − q)·D² + (1 − q)·l·D − q·a = 0 with q = 1 − r².
 *
 * The shrunk outline itself is only a few pixels high in small print, so where the threshold cuts its blurred edge matters.
 * Its area is better known than its edge: blur moves probability about but keeps its sum, the `mass`. So the outline is
 * first moved by the e for which a + l·e + c·e² is the mass.
 */
function growth(
  outline: Polygon,
  mass: number,
  { unclipRatio, shrinkRatio }: Pick<Required<PostprocessOptions>, 'unclipRatio' | 'shrinkRatio'>,
): number {
  const [a, l] = [area(outline), perimeter(outline)];
  if (unclipRatio !== 'inverse') return (a * unclipRatio) / l;
  const c = 4;
  const q = 1 - shrinkRatio ** 2;
  // As far inward as leaves a quarter of the shorter side of a thin outline: a / l is half of it.
  const correction = Math.min(MOST_CORRECTION, Math.max(positiveRoot(c, l, a - mass), (-0.75 * a) / l));
  const corrected = { area: a + l * correction + c * correction ** 2, perimeter: l + 2 * c * correction };
  const distance = positiveRoot(c * (2 - q), (1 - q) * corrected.perimeter, -q * corrected.area);
  return correction + distance;
}

/** The larger root of quadratic·x² + linear·x + constant; the vertex when there is none. */
function positiveRoot(quadratic: number, linear: number, constant: number): number {
  const discriminant = Math.max(0, linear ** 2 - 4 * quadratic * constant);
  return (Math.sqrt(discriminant) - linear) / (2 * quadratic);
}

function bestScored<T extends Detection>(boxes: readonly T[], count: number): readonly T[] {
  if (boxes.length <= count) return boxes;
  const best = new Set([...boxes].sort((a, b) => b.score - a.score).slice(0, count));
  return boxes.filter((box) => best.has(box));
}

function largestOffset(polygon: Polygon, distance: number): Polygon | undefined {
  return offsetPolygon(polygon, distance).sort((a, b) => area(b) - area(a))[0];
}

function contourOf(component: Component): Polygon {
  const contour = outerContour(component);
  const tolerance = Math.max(STAIR_TOLERANCE, CONTOUR_TOLERANCE * perimeter(contour));
  const simple = simplify(contour, tolerance);
  return simple.length > 3 ? simple : contour;
}

/** Sum of the map over the pixels inside. */
function massInside(map: Float32Array, width: number, height: number, polygon: Polygon): number {
  let sum = 0;
  visitRuns(polygon, width, height, (y, start, end) => {
    // What a function shares with another is slow to change, so that is done once a run.
    let soFar = sum;
    for (let i = y * width + start; i < y * width + end; i++) soFar += map[i];
    sum = soFar;
  });
  return sum;
}

function meanOver(map: Float32Array, width: number, component: Component): number {
  let sum = 0;
  let count = 0;
  for (const { y, start, end } of component) {
    for (let i = y * width + start; i < y * width + end; i++) sum += map[i];
    count += end - start;
  }
  return sum / count;
}
