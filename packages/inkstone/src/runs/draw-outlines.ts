/** Polygons drawn over an image. */
import type { Polygon } from 'inkstone-detect/geometry';
import sharp from 'sharp';
import { decodeImage, readImageSize } from '../data/index.js';
import type { LoggedImage } from '../tracking/index.js';

export interface ColoredOutline {
  readonly polygon: Polygon;
  readonly color: string;
}

/** Stroke width as a share of the longer side, so that outlines look alike on every image. */
export const STROKE_SHARE = 1 / 500;
const FILL_OPACITY = 0.08;

/** As SVG. */
export function drawOutline({ polygon, color }: ColoredOutline): string {
  const points = polygon.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  return `<polygon points="${points}" stroke="${color}" fill="${color}" fill-opacity="${FILL_OPACITY}"/>`;
}

/** The upright image reduced to at most `maxSide` pixels, with outlines given in pixels of the original, as PNG. */
export async function renderOutlines(
  imagePath: string,
  outlines: readonly ColoredOutline[],
  maxSide: number,
): Promise<LoggedImage> {
  const original = await readImageSize(imagePath);
  const { data, width, height } = await decodeImage(imagePath, maxSide);
  const stroke = (original.width / width) * Math.max(1, Math.max(width, height) * STROKE_SHARE);
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" `,
    `viewBox="0 0 ${original.width} ${original.height}" preserveAspectRatio="none">`,
    `<g stroke-width="${stroke}">${outlines.map(drawOutline).join('')}</g></svg>`,
  ];
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(svg.join('')) }])
    .png()
    .toBuffer();
  return { png, width, height };
}
