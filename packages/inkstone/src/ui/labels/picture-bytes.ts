import { readFile } from 'node:fs/promises';
import type { RgbImage } from 'inkstone-detect';
import sharp from 'sharp';
import { decodeImage, loadImage, readImageHeader } from '../../data/index.js';

export interface PictureBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

const JPEG = 'image/jpeg';
/** By their first bytes in hexadecimal: the name of a file says nothing. */
const SHOWN_BY_BROWSERS: readonly (readonly [start: RegExp, type: string])[] = [
  [/^ffd8ff/, JPEG],
  [/^89504e47/, 'image/png'],
  [/^52494646.{8}57454250/, 'image/webp'],
];
/** Hardly a trace of the compression. */
const QUALITY = 92;
/** Pixels of the longest side. */
const THUMBNAIL = 480;
const THUMBNAIL_QUALITY = 75;

/**
 * A picture file as a browser shows it, of the size that `readImageHeader` says: as it is, or as a JPEG made of it. Of the formats that
 * can say how they are turned, browsers agree on JPEG alone.
 *
 * @throws DataError
 */
export async function displayable(file: string): Promise<PictureBytes> {
  const { orientation } = await readImageHeader(file);
  const bytes = new Uint8Array(await readFile(file));
  const start = Buffer.from(bytes.subarray(0, 12)).toString('hex');
  const type = SHOWN_BY_BROWSERS.find(([pattern]) => pattern.test(start))?.[1];
  if (type === JPEG || (type !== undefined && orientation === 1)) return { bytes, type };
  return asJpeg(await decodeImage(file, undefined, bytes), QUALITY);
}

/** Small, to be recognised by. @throws DataError */
export async function thumbnail(file: string): Promise<PictureBytes> {
  await readImageHeader(file);
  return asJpeg(await loadImage(file, THUMBNAIL), THUMBNAIL_QUALITY);
}

async function asJpeg({ width, height, data }: RgbImage, quality: number): Promise<PictureBytes> {
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  return { bytes: new Uint8Array(await image.jpeg({ quality }).toBuffer()), type: JPEG };
}
