/** Pictures that show what was found: polygons drawn over the image, and a legend below it. */

import { closeSync, openSync, readSync } from 'node:fs';
import type { Polygon } from 'inkstone-detect/geometry';
import sharp from 'sharp';
import { decodeImage, readImageSize } from '../data/index.js';
import type { LoggedImage } from '../tracking/index.js';
import { drawOutline, STROKE_SHARE } from './draw-outlines.js';
import { drawLegend } from './legend.js';

/** What an outline stands for, and its colour; told apart by those who see no red or green, too. */
const COLORS = {
  /** A detection that is a text, or of a picture whose texts nobody marked. */
  found: '#1f6feb',
  /** A marked text that no detection is. */
  missed: '#f2a900',
  /** A detection that is no marked text. */
  invented: '#e4002b',
  /** A marked text that was found in pieces, and the pieces. */
  split: '#00a3a3',
  /** Marked texts that were found as one, and what found them. */
  merged: '#a64dff',
  /** Marked as unreadable, and detections on it. */
  ignored: '#8c8c8c',
} as const;

export type OutlineKind = keyof typeof COLORS;

export interface Outline {
  readonly polygon: Polygon;
  readonly kind: OutlineKind;
}

/** All that there can be on a picture whose texts are marked. */
export const OUTLINE_KINDS = Object.keys(COLORS) as OutlineKind[];

const LEGEND_BACKGROUND = '#ffffff';

/** Stands in every picture drawn here, near its beginning, and tells it from a user's of the same name. */
const MARK = 'Inkstone';
const MARK_WITHIN_BYTES = 1024;

/**
 * The upright image with outlines given in its pixels, and below it what the colours of `kinds` mean, as PNG. A side longer than
 * `maxSide` is reduced to that.
 */
export async function renderOverlay(
  imagePath: string,
  outlines: readonly Outline[],
  kinds: readonly OutlineKind[],
  maxSide?: number,
): Promise<LoggedImage> {
  const original = await readImageSize(imagePath);
  const { data, width, height } = await decodeImage(imagePath, maxSide);
  const longest = Math.max(width, height);
  const legend = drawLegend(
    kinds.map((kind) => ({ color: COLORS[kind], word: kind })),
    width,
    longest,
  );
  const shapes = outlines.map(({ polygon, kind }) => drawOutline({ polygon, color: COLORS[kind] }));
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + legend.height}">`,
    // An outline that leaves the picture does not cross the legend.
    `<svg width="${width}" height="${height}" viewBox="0 0 ${original.width} ${original.height}" preserveAspectRatio="none">`,
    `<g stroke-width="${(original.width / width) * Math.max(1, longest * STROKE_SHARE)}">${shapes.join('')}</g></svg>`,
    `<g transform="translate(0 ${height})">${legend.shapes}</g></svg>`,
  ];
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .extend({ bottom: legend.height, background: LEGEND_BACKGROUND })
    .composite([{ input: Buffer.from(svg.join('')) }])
    .withExif({ IFD0: { Software: MARK } })
    .png()
    .toBuffer();
  return { png, width, height: height + legend.height };
}

/** Whether `renderOverlay` made the picture. */
export function isOwnOverlay(file: string): boolean {
  const start = Buffer.alloc(MARK_WITHIN_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    return start.subarray(0, readSync(descriptor, start)).includes(`${MARK}\0`);
  } finally {
    closeSync(descriptor);
  }
}
