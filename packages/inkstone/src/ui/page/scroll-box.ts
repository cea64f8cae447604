import { element } from './element.js';

/** Around a table that may be wider than the window. It scrolls by keys, too, also where the table has no button to go to. */
export const scrollBox = (title: string, table: HTMLElement): HTMLElement =>
  element('div', { class: 'wide', role: 'group', 'aria-label': title, tabindex: 0 }, table);
