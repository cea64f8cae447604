import type { TitledTable } from '../protocol.js';
import { element } from './element.js';
import { scrollBox } from './scroll-box.js';

/** A table under its title. The first cell of a row names it. */
export function tableSection({ title, header, rows }: TitledTable): HTMLElement {
  const heads = header.map((text) => element('th', { scope: 'col' }, text));
  const body = rows.map(([first = '', ...rest]) =>
    element('tr', {}, element('th', { scope: 'row' }, first), ...rest.map((text) => element('td', {}, text))),
  );
  const table = element(
    'table',
    { 'aria-label': title },
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...body),
  );
  return element('section', { 'aria-label': title }, element('h2', {}, title), scrollBox(title, table));
}
