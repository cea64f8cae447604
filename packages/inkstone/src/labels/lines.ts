const CR = 13;
const LF = 10;

/**
 * The lines of a text that are not empty, whatever ends them and without a byte order mark, with their numbers from 1. One
 * after the other, so that a file of millions of line ends costs no memory.
 */
export function* numberedLines(text: string): Generator<{ content: string; line: number }, void, void> {
  const whole = withoutMark(text);
  let start = 0;
  let line = 1;
  for (let i = 0; i <= whole.length; i++) {
    const code = whole.charCodeAt(i);
    if (i < whole.length && code !== CR && code !== LF) continue;
    if (i > start) {
      const content = whole.slice(start, i);
      if (content.trim() !== '') yield { content, line };
    }
    if (code === CR && whole.charCodeAt(i + 1) === LF) i++;
    start = i + 1;
    line++;
  }
}

/** Without the byte order mark that some editors put first. */
export function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}
