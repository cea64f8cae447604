/**
 * Image files to pixels with sharp: upright, RGB, uint8, whatever the file holds (grey, alpha, 16 bits, CMYK, EXIF orientation).
 * Training, validation and detectors in Node take this one way, so that all of them see the same pixels.
 */
import sharp from 'sharp';
import { fitLongest } from './fit.js';
import { expectReadableSize, type FittedImage, ImageError, MAX_PIXELS, type RgbImage } from './image.js';
import { isPicture } from './picture-format.js';
import { DECODE_OVERSIZE } from './resize.js';

export { FORMAT_BYTES, isPicture } from './picture-format.js';

/** Kernel of every resize; sharp widens it when it reduces, so nothing aliases. */
export const RESIZE_KERNEL = 'lanczos3';
const NO_PICTURE = 'it is not an image, or of a format that is not supported';
/** Under transparent pixels: paper. */
const BACKGROUND = '#ffffff';

export const SHARP_INPUT = { failOn: 'error', limitInputPixels: MAX_PIXELS } as const;

/**
 * Decodes a file, or its bytes, to upright RGB, reduced while decoding to at most `maxSide` pixels on its longest side, if that
 * is given (JPEG decoders do that for a fraction of the work). Smaller images keep their size. Throws as sharp does.
 */
export async function decodePixels(input: string | Uint8Array, maxSide?: number): Promise<RgbImage> {
  const { data, info } = await sharp(input, SHARP_INPUT)
    .autoOrient()
    .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true, kernel: RESIZE_KERNEL })
    .flatten({ background: BACKGROUND })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
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

/**
 * The `decode` of a `TextDetector` in Node. Looks at the header before it decodes anything.
 *
 * @throws ImageError for bytes that are no image, are damaged, or have more than `maxPixels` pixels
 */
export async function decode(
  bytes: Uint8Array,
  size: number,
  maxPixels: number = MAX_PIXELS,
): Promise<FittedImage> {
  if (bytes.length === 0) throw new ImageError('damaged', 'the image is empty');
  if (!isPicture(bytes)) throw new ImageError('unsupported', NO_PICTURE);
  try {
    const { autoOrient: original } = await sharp(bytes, {
      ...SHARP_INPUT,
      limitInputPixels: false,
    }).metadata();
    expectReadableSize(original, maxPixels);
    const image = await resizeLongest(await decodePixels(bytes, DECODE_OVERSIZE * size), size);
    return { image, original };
  } catch (error) {
    if (error instanceof ImageError) throw error;
    const reason = (error as Error).message.split('\n')[0];
    throw /unsupported image format/i.test(reason)
      ? new ImageError('unsupported', NO_PICTURE)
      : new ImageError('damaged', `the image is truncated or damaged (${reason})`);
  }
}
