import { expectReadableSize, ImageError, type RgbImage, type Size } from './image.js';

/** Pixels that are decoded already, row by row: an `ImageData`, or bytes of 1 (grey), 3 (RGB) or 4 (RGBA) channels. */
export interface Pixels extends Size {
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Left out: as many as the data holds for each pixel. */
  readonly channels?: number;
}

/** Transparent pixels lie on white paper. @throws ImageError when the data does not fill the size */
export function rgbOf({ data, width, height, channels = data.length / (width * height) }: Pixels): RgbImage {
  if (![width, height].every((side) => Number.isInteger(side) && side > 0)) {
    throw new ImageError('damaged', `an image of ${width} × ${height} pixels has none to look at`);
  }
  expectReadableSize({ width, height });
  if (![1, 3, 4].includes(channels) || data.length !== width * height * channels) {
    throw new ImageError(
      'damaged',
      `${data.length} bytes are not ${width} × ${height} pixels of 1, 3 or 4 channels`,
    );
  }
  if (channels === 3)
    return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  const rgb = new Uint8Array(3 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const from = channels * pixel;
    const alpha = channels === 4 ? data[from + 3] : 255;
    for (let k = 0; k < 3; k++) {
      const value = data[channels === 1 ? from : from + k];
      rgb[3 * pixel + k] = (value * alpha + 255 * (255 - alpha)) / 255;
    }
  }
  return { width, height, data: rgb };
}
