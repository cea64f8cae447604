/**
 * Image files to pixels, as `inkstone-detect/sharp` makes them for every detector, and what is wrong with a file, in words for
 * people. Two steps, because the first can be kept: `decodeImage` and `resizeLongest`.
 */
import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { DECODE_OVERSIZE, MAX_PIXELS, type RgbImage, type Size } from 'inkstone-detect';
import {
  decodePixels,
  FORMAT_BYTES,
  isPicture,
  RESIZE_KERNEL,
  resizeLongest,
  SHARP_INPUT,
} from 'inkstone-detect/sharp';
import sharp from 'sharp';
import { DataError, type Problem } from '../labels/index.js';
import { systemReason } from '../system/index.js';

const NO_PICTURE =
  'is not an image (or of a format that is not supported); remove it or convert it to JPEG or PNG';

export { DECODE_OVERSIZE, RESIZE_KERNEL, resizeLongest };

/** What the header of an image file says. */
export interface ImageHeader extends Size {
  /** EXIF orientation, 1 to 8: how the stored picture is turned and mirrored to stand upright, which is done wherever it is read. */
  orientation: number;
}

/** Size of the upright image from the file's header, without decoding it. @throws DataError when it is empty, unreadable, not an image or too large */
export async function readImageSize(path: string): Promise<Size> {
  const { width, height } = await readImageHeader(path);
  return { width, height };
}

/** The same with its orientation. @throws DataError */
export async function readImageHeader(path: string): Promise<ImageHeader> {
  assertReadable(path);
  let header: ImageHeader;
  try {
    const { autoOrient, orientation = 1 } = await sharp(path, {
      ...SHARP_INPUT,
      limitInputPixels: false,
    }).metadata();
    header = { ...autoOrient, orientation };
  } catch (error) {
    throw new DataError(imageProblem(path, error));
  }
  const { width, height } = header;
  if (width * height > MAX_PIXELS) {
    const limit = MAX_PIXELS / 1e6;
    throw new DataError({
      path,
      message: `the image has ${width} × ${height} pixels; at most ${limit} million are read`,
    });
  }
  return header;
}

/**
 * Decodes a file, or the bytes that were read from it, to upright RGB, reduced while decoding to at most `maxSide` pixels on its longest side, if that is given
 * (JPEG decoders do that for a fraction of the work). Smaller images keep their size.
 *
 * @throws DataError when the file is damaged
 */
export async function decodeImage(path: string, maxSide?: number, bytes?: Uint8Array): Promise<RgbImage> {
  if (bytes === undefined) assertReadable(path);
  else if (!isPicture(bytes)) throw new DataError({ path, message: NO_PICTURE });
  try {
    return await decodePixels(bytes ?? path, maxSide);
  } catch (error) {
    throw new DataError(imageProblem(path, error));
  }
}

/** An image as the network sees it, apart from padding: decoded, its longest side `size` pixels. @throws DataError */
export async function loadImage(path: string, size: number): Promise<RgbImage> {
  return resizeLongest(await decodeImage(path, DECODE_OVERSIZE * size), size);
}

/** Said here, because libvips calls a file that may not be read one of an unsupported format, and would wait for a pipe. */
function assertReadable(path: string): void {
  let info: Stats;
  let start: Uint8Array;
  try {
    info = statSync(path);
    start = info.isFile() ? readStart(path) : new Uint8Array();
  } catch (error) {
    throw unreadableImage(path, error);
  }
  if (!info.isFile()) throw new DataError({ path, message: 'cannot read the image: it is no regular file' });
  if (info.size === 0) throw new DataError({ path, message: 'the image file is empty' });
  if (!isPicture(start)) throw new DataError({ path, message: NO_PICTURE });
}

function readStart(path: string): Uint8Array {
  const start = new Uint8Array(FORMAT_BYTES);
  const file = openSync(path, 'r');
  try {
    return start.subarray(0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}

/** Of a file that the system would not open or read. */
export function unreadableImage(path: string, error: unknown): DataError {
  return new DataError({ path, message: `cannot read the image: ${systemReason(error)}` });
}

/** libvips' complaint in words for people, its own words in brackets. */
function imageProblem(path: string, error: unknown): Problem {
  const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
  if (/unsupported image format/i.test(reason)) {
    return { path, message: NO_PICTURE };
  }
  return { path, message: `the image is truncated or damaged (${reason})` };
}
