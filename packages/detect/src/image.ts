/** Images as networks see them. */

/** Pixels of an image, `[height, width, 3]`, RGB, row by row. */
export interface RgbImage {
  width: number;
  height: number;
  data: Uint8Array;
}
