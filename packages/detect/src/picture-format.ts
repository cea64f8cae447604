/** The first bytes of a file, as latin-1, in each format that is decoded. */
const PICTURES: readonly RegExp[] = [
  /^\xff\xd8\xff/, // JPEG
  /^\x89PNG\r\n/,
  /^RIFF.{4}WEBP/s,
  /^(?:II[*+]|MM.[*+])/s, // TIFF
  /^GIF8[79]a/,
  /^.{4}ftyp/s, // AVIF and HEIF
];

/** As many bytes as tell a format. */
export const FORMAT_BYTES = 16;

/**
 * Whether a file that begins like this is a picture of pixels. Whatever else a decoder could open is not given to it: SVG and PDF
 * are programs that may draw for minutes, from a few bytes.
 */
export function isPicture(start: Uint8Array): boolean {
  const text = String.fromCharCode(...start.subarray(0, FORMAT_BYTES));
  return PICTURES.some((format) => format.test(text));
}
