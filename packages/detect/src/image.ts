/** Images as networks see them, and what is wrong with those that cannot be used. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels of an upright image, `[height, width, 3]`, RGB, row by row. */
export interface RgbImage extends Size {
  readonly data: Uint8Array;
}

/** An image whose longest side is what a network takes, and its size before that. */
export interface FittedImage {
  readonly image: RgbImage;
  readonly original: Size;
}

/** The largest phone sensors have 200 million pixels; a header that promises more is broken or hostile. */
export const MAX_PIXELS = 200_000_000;

/** An image that cannot be used, and in one word why. */
export class ImageError extends Error {
  override readonly name = 'ImageError';

  constructor(
    readonly reason: 'unsupported' | 'damaged' | 'too-large',
    message: string,
  ) {
    super(message);
  }
}

/** @throws ImageError when it has more pixels than are read */
export function expectReadableSize({ width, height }: Size, maxPixels = MAX_PIXELS): void {
  if (width * height <= maxPixels) return;
  const limit = maxPixels / 1e6;
  throw new ImageError(
    'too-large',
    `the image has ${width} × ${height} pixels; at most ${limit} million are read`,
  );
}
