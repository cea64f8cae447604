const LINE_END = /\r\n|\n|\r/g;

/**
 * The lines of a text that are not empty, whatever ends them and without a byte order mark, with their numbers from 1. One
 * after the other, so that a file of millions of line ends costs no memory.
 */
export function* numberedLines(text: string): Generator<{ content: string; line: number }, void, void> {
  const whole = withoutMark(text);
  let start = 0;
  let line = 1;
  for (const { 0: end, index } of whole.matchAll(LINE_END)) {
    const content = whole.slice(start, index);
    if (content.trim() !== '') yield { content, line };
    start = index + end.length;
    line++;
  }
  const content = whole.slice(start);
  if (content.trim() !== '') yield { content, line };
}

/** Without the byte order mark that some editors put first. */
export function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}
