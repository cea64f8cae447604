import { isUtf8 } from 'node:buffer';
import { withoutMark } from './lines.js';

/**
 * A label file's bytes as text. UTF-8 is read with whatever is no UTF-8 in its transcripts, of which only the length counts;
 * in UTF-16, which Windows' editors call Unicode, not even the numbers could be read.
 *
 * @throws Error in words for people, to follow the file's name
 */
export function labelText(bytes: Uint8Array): string {
  if (isUtf16(bytes)) throw new Error('it is UTF-16 text; save it as UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/**
 * The same for a file that will be written again: nothing in it may be lost. Without the byte order mark.
 *
 * @throws Error in words for people, to follow the file's name
 */
export function exactLabelText(bytes: Uint8Array): string {
  const text = labelText(bytes);
  if (isUtf8(bytes)) return withoutMark(text);
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  const broken = lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1')));
  throw new Error(`line ${broken + 1} is no UTF-8 text; save the file as UTF-8`);
}

/** By its byte order mark, or without one by the zero that is half of every digit and comma. */
function isUtf16([first, second, third, fourth]: Uint8Array): boolean {
  return (
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff) ||
    (first === 0 && third === 0) ||
    (second === 0 && fourth === 0)
  );
}
