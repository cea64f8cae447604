/** Pieces of the pages that studies write. */
import type { Table } from './table.js';

/** Text as it may stand in a page or a picture, between tags and in attributes. */
export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] as string);
}

export function htmlTable({ header, rows }: Table): string {
  const head = header.some((cell) => cell !== '')
    ? `<tr>${header.map((cell) => `<th>${escapeXml(cell)}</th>`).join('')}</tr>`
    : '';
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeXml(cell)}</td>`).join('')}</tr>`);
  return `<div class="wide"><table>${head}${body.join('')}</table></div>`;
}
