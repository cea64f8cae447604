/** Images as networks see them. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels of an upright image, `[height, width, 3]`, RGB, row by row. */
export interface RgbImage extends Size {
  readonly data: Uint8Array;
}
