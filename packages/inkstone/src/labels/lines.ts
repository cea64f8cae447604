/** The lines of a text that are not empty, whatever ends them and without a byte order mark, with their numbers from 1. */
export function numberedLines(text: string): { content: string; line: number }[] {
  return withoutMark(text)
    .split(/\r\n|\n|\r/)
    .map((content, i) => ({ content, line: i + 1 }))
    .filter(({ content }) => content.trim() !== '');
}

/** Without the byte order mark that some editors put first. */
export function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}
