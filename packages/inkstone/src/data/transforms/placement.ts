/**
 * Where a sample's pixels come from: the geometric random transforms (flip, rotate, scale, crop) drawn and composed into
 * one affine map, so that an image is resampled once at most.
 */
import { area, boundingBox, clipToRect, type Point, type Polygon } from 'inkstone-detect/geometry';
import { RandomStream } from 'inkstone-detect/random';
import type { AugmentOptions } from '../options.js';
import type { TextInstance } from '../sample.js';

/** x' = m0·x + m1·y + m2, y' = m3·x + m4·y + m5. */
export type Affine = readonly [number, number, number, number, number, number];

export interface Placement {
  /** From the source image's pixels to the sample's. */
  matrix: Affine;
  /** Size of the sample in pixels. */
  width: number;
  height: number;
  /**
   * Set when the sample is the source mirrored and cut at whole pixels, with no text cut: then pixels are copied, and maps
   * made for the source are transformed exactly.
   */
  exact: { flip: boolean; left: number; top: number } | null;
}

/** Share of a text's area that must be inside the crop for the text to count as whole. */
const WHOLE_SHARE = 0.95;

/** The sample is the source as it is. */
export function identityPlacement(width: number, height: number): Placement {
  return { matrix: [1, 0, 0, 0, 1, 0], width, height, exact: { flip: false, left: 0, top: 0 } };
}

/**
 * Draws a placement for one reading of one sample.
 *
 * @param source size of the source image and its texts, in its pixels
 * @param size longest side of an unaugmented sample
 * @param key seed, epoch and sample: all that the draw depends on
 */
export function drawPlacement(
  source: { width: number; height: number; instances: readonly TextInstance[] },
  augment: AugmentOptions,
  size: number,
  key: readonly number[],
): Placement {
  const { width, height } = source;
  const flip = new RandomStream('flip', ...key).chance(augment.flip.probability);
  const angle = drawAngle(augment, key);
  const scale = drawScale(augment, key) / augment.source_scale;

  // Mirror, turn and scale about the centre of the source, onto a canvas that holds all of it.
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  const canvasWidth = Math.max(1, Math.round(Math.abs(cos) * width + Math.abs(sin) * height));
  const canvasHeight = Math.max(1, Math.round(Math.abs(sin) * width + Math.abs(cos) * height));
  const mirror = flip ? -1 : 1;
  const placed: Affine = [
    mirror * cos,
    -sin,
    (canvasWidth - mirror * cos * width + sin * height) / 2,
    mirror * sin,
    cos,
    (canvasHeight - mirror * sin * width - cos * height) / 2,
  ];

  const limit = augment.crop.size ?? size;
  const cropWidth = Math.min(canvasWidth, limit);
  const cropHeight = Math.min(canvasHeight, limit);
  const free = { x: canvasWidth - cropWidth, y: canvasHeight - cropHeight };
  const texts = source.instances.map(({ polygon }) => transformPolygon(polygon, placed));
  const window = drawWindow(texts, cropWidth, cropHeight, free, augment.crop.attempts, key);

  const matrix: Affine = [
    placed[0],
    placed[1],
    placed[2] - window.left,
    placed[3],
    placed[4],
    placed[5] - window.top,
  ];
  const exact = angle === 0 && scale === 1 && window.cut === 0;
  return {
    matrix,
    width: cropWidth,
    height: cropHeight,
    exact: exact ? { flip, left: window.left, top: window.top } : null,
  };
}

/** Radians; 0 when the sample is not turned. */
function drawAngle({ rotate }: AugmentOptions, key: readonly number[]): number {
  const random = new RandomStream('rotate', ...key);
  if (!random.chance(rotate.probability)) return 0;
  return (random.between(-rotate.degrees, rotate.degrees) * Math.PI) / 180;
}

function drawScale({ scale }: AugmentOptions, key: readonly number[]): number {
  const random = new RandomStream('scale', ...key);
  if (!random.chance(scale.probability)) return 1;
  return Math.exp(random.between(Math.log(scale.min), Math.log(scale.max)));
}

interface Window {
  left: number;
  top: number;
  /** Texts that the window's edge goes through. */
  cut: number;
}

/** The first of `attempts` random positions that shows text and cuts none, or else the one that cuts least. */
function drawWindow(
  texts: readonly Polygon[],
  width: number,
  height: number,
  free: { x: number; y: number },
  attempts: number,
  key: readonly number[],
): Window {
  if (free.x === 0 && free.y === 0) return { left: 0, top: 0, cut: 0 };
  const random = new RandomStream('crop', ...key);
  const boxes = texts.map(boundingBox);
  let best: Window | null = null;
  let bestScore = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < Math.max(1, attempts); attempt++) {
    const left = Math.floor(random.uniform() * (free.x + 1));
    const top = Math.floor(random.uniform() * (free.y + 1));
    let cut = 0;
    let whole = 0;
    for (const { minX, minY, maxX, maxY } of boxes) {
      if (maxX <= left || minX >= left + width || maxY <= top || minY >= top + height) continue;
      if (minX >= left && maxX <= left + width && minY >= top && maxY <= top + height) whole++;
      else cut++;
    }
    // A window without text teaches little: any other is better.
    const score = whole === 0 && texts.length > 0 ? texts.length + 1 : cut;
    if (score < bestScore) {
      best = { left, top, cut };
      bestScore = score;
    }
    if (score === 0) break;
  }
  return best!;
}

export function transformPolygon(polygon: Polygon, m: Affine): Polygon {
  return polygon.map(([x, y]): Point => [m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]]);
}

/** `outer` after `inner`. */
export function compose(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = outer;
  const [p, q, r, s, t, u] = inner;
  return [a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f];
}

/** Texts of the sample in its pixels: those outside are gone, those cut by its edge are ignored. */
export function placeInstances(instances: readonly TextInstance[], placement: Placement): TextInstance[] {
  const placed: TextInstance[] = [];
  for (const instance of instances) {
    const polygon = transformPolygon(instance.polygon, placement.matrix);
    const inside = clipToRect(polygon, placement.width, placement.height);
    const visible = area(inside);
    // What only touches the edge is outside.
    if (visible === 0) continue;
    const whole = visible >= WHOLE_SHARE * area(polygon);
    placed.push(whole ? { ...instance, polygon } : { ...instance, polygon: inside, ignore: true });
  }
  return placed;
}
