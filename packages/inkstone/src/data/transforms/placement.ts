/**
 * Where a sample's pixels come from: the geometric random transforms drawn and composed into one affine map, so that an
 * image is resampled once at most.
 */
import { area, clipToRect, type Point, type Polygon } from 'inkstone-detect/geometry';
import { RandomStream } from 'inkstone-detect/random';
import type { TextInstance } from '../../labels/index.js';
import { drawWindow } from './crop.js';
import { type AugmentOptions, drawLayout } from './index.js';

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
  const { mirrored, angle, scale: factor } = drawLayout(augment, key);
  const scale = factor / augment.source_scale;

  // Mirror, turn and scale about the centre of the source, onto a canvas that holds all of it.
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  const canvasWidth = Math.max(1, Math.round(Math.abs(cos) * width + Math.abs(sin) * height));
  const canvasHeight = Math.max(1, Math.round(Math.abs(sin) * width + Math.abs(cos) * height));
  const mirror = mirrored ? -1 : 1;
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
  const random = new RandomStream('crop', ...key);
  const window = drawWindow(texts, cropWidth, cropHeight, free, augment.crop, random);

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
    exact: exact ? { flip: mirrored, left: window.left, top: window.top } : null,
  };
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
