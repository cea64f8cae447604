/** Pictures that show what was found: polygons drawn over the image. */

import type { Polygon } from 'inkstone-detect/geometry';
import sharp from 'sharp';
import { decodeImage } from '../data/index.js';
import type { LoggedImage } from '../tracking/index.js';

export interface Outline {
  readonly polygon: Polygon;
  readonly color: string;
}

/** Found texts, and (below them) the marked ones. */
export const FOUND_COLOR = '#e4002b';
export const MARKED_COLOR = '#00a651';

/** Stroke width as a share of the longer side, so that outlines look alike on every image. */
const STROKE_SHARE = 1 / 500;
const FILL_OPACITY = 0.08;

/** The upright image with outlines given in its pixels, as PNG. */
export async function renderOverlay(imagePath: string, outlines: readonly Outline[]): Promise<LoggedImage> {
  const { data, width, height } = await decodeImage(imagePath);
  const stroke = Math.max(1, Math.max(width, height) * STROKE_SHARE);
  const shapes = outlines.map(({ polygon, color }) => {
    const points = polygon.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
    return `<polygon points="${points}" stroke="${color}" fill="${color}" fill-opacity="${FILL_OPACITY}"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g stroke-width="${stroke}">${shapes.join('')}</g></svg>`;
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(svg) }])
    .png()
    .toBuffer();
  return { png, width, height };
}
