/**
 * Image files to pixels: upright, RGB, uint8, whatever the file holds (grey, alpha, 16 bits, CMYK, EXIF orientation).
 * Two steps, because the first can be kept: `decodeImage` and `resizeLongest`.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { fitLongest, type RgbImage, type Size } from 'inkstone-detect';
import sharp from 'sharp';
import { DataError, type Problem } from '../labels/index.js';
import { systemReason } from '../system/index.js';

/** The largest phone sensors have 200 million pixels; a header that promises more is broken or hostile. */
export const MAX_PIXELS = 200_000_000;
/** Kernel of every resize; sharp widens it when it reduces, so nothing aliases. */
export const RESIZE_KERNEL = 'lanczos3';
/** Decoded images keep up to this many times the size that samples have, so that the second resize still reduces. */
export const DECODE_OVERSIZE = 2;
/** Under transparent pixels: paper. */
const BACKGROUND = '#ffffff';
const INPUT = { failOn: 'error', limitInputPixels: MAX_PIXELS } as const;

/** Size of the upright image from the file's header, without decoding it. @throws DataError when it is empty, unreadable, not an image or too large */
export async function readImageSize(path: string): Promise<Size> {
  assertReadable(path);
  let size: Size;
  try {
    size = (await sharp(path, { ...INPUT, limitInputPixels: false }).metadata()).autoOrient;
  } catch (error) {
    throw new DataError(imageProblem(path, error));
  }
  const { width, height } = size;
  if (width * height > MAX_PIXELS) {
    const limit = MAX_PIXELS / 1e6;
    throw new DataError({
      path,
      message: `the image has ${width} × ${height} pixels; at most ${limit} million are read`,
    });
  }
  return { width, height };
}

/**
 * Decodes a file, or the bytes that were read from it, to upright RGB, reduced while decoding to at most `maxSide` pixels on its longest side, if that is given
 * (JPEG decoders do that for a fraction of the work). Smaller images keep their size.
 *
 * @throws DataError when the file is damaged
 */
export async function decodeImage(path: string, maxSide?: number, bytes?: Uint8Array): Promise<RgbImage> {
  try {
    const { data, info } = await sharp(bytes ?? path, INPUT)
      .autoOrient()
      .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true, kernel: RESIZE_KERNEL })
      .flatten({ background: BACKGROUND })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw new DataError(imageProblem(path, error));
  }
}

/** Resizes so that the longest side has `size` pixels; an image that has them already is returned as it is. */
export async function resizeLongest(image: RgbImage, size: number): Promise<RgbImage> {
  const { width, height } = fitLongest(image, size);
  if (width === image.width && height === image.height) return image;
  const { data } = await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: RESIZE_KERNEL })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width, height, data };
}

/** An image as the network sees it, apart from padding: decoded, its longest side `size` pixels. @throws DataError */
export async function loadImage(path: string, size: number): Promise<RgbImage> {
  return resizeLongest(await decodeImage(path, DECODE_OVERSIZE * size), size);
}

/** Said here, because libvips calls a file that may not be read one of an unsupported format. */
function assertReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw unreadableImage(path, error);
  }
  if (statSync(path).size === 0) throw new DataError({ path, message: 'the image file is empty' });
}

/** Of a file that the system would not open or read. */
export function unreadableImage(path: string, error: unknown): DataError {
  return new DataError({ path, message: `cannot read the image: ${systemReason(error)}` });
}

/** libvips' complaint in words for people, its own words in brackets. */
function imageProblem(path: string, error: unknown): Problem {
  const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
  if (/unsupported image format/i.test(reason)) {
    return {
      path,
      message:
        'is not an image (or of a format that is not supported); remove it or convert it to JPEG or PNG',
    };
  }
  return { path, message: `the image is truncated or damaged (${reason})` };
}
