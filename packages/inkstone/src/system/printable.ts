/**
 * What would move the cursor, start another line, colour a terminal or turn the order of letters around: control characters
 * (C0, DEL, C1), line and paragraph separators, the marks of bidirectional text, and halves of surrogate pairs.
 */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from outside (a file's name, a label, another program's message) as it may stand in one line of a terminal, a log or a
 * report: what cannot be printed is written out, a line break as `\n`, an escape as `\x1b`. Text that has nothing of the kind,
 * and text that went through here before, stays as it is.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => SHORT[character] ?? writtenOut(character));
}

function writtenOut(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}
