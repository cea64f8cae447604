import { element } from './element.js';

export interface Column<Row> {
  readonly title: string;
  /** Sorted by; undefined comes last. Without it nobody sorts by this column. */
  readonly key?: (row: Row) => number | string | undefined;
  readonly cell: (row: Row) => Node | string;
  readonly isNumber?: boolean;
  /** Names the row. */
  readonly isHead?: boolean;
}

export interface SortedBy {
  readonly title: string;
  readonly isDown: boolean;
}

/** A table whose columns sort it. A row is drawn once, for as long as the same object stands for it. */
export class SortableTable<Row extends object> {
  readonly element: HTMLElement;
  readonly #columns: readonly Column<Row>[];
  readonly #heads: readonly HTMLElement[];
  readonly #body = element('tbody');
  readonly #drawn = new WeakMap<Row, HTMLElement>();
  readonly #rowClass: (row: Row) => string | undefined;
  #rows: readonly Row[] = [];
  #sortedBy: SortedBy;

  constructor(
    caption: string,
    columns: readonly Column<Row>[],
    sortedBy: SortedBy,
    rowClass: (row: Row) => string | undefined = () => undefined,
  ) {
    this.#columns = columns;
    this.#sortedBy = sortedBy;
    this.#rowClass = rowClass;
    this.#heads = columns.map(({ title, isNumber, key }) => {
      const sort = () => this.#sortBy(title, isNumber === true);
      return element(
        'th',
        { scope: 'col', class: isNumber ? 'number' : undefined },
        key === undefined ? title : element('button', { type: 'button', class: 'plain', click: sort }, title),
      );
    });
    this.element = element(
      'table',
      {},
      element('caption', { class: 'unseen' }, caption),
      element('thead', {}, element('tr', {}, ...this.#heads)),
      this.#body,
    );
    this.show([]);
  }

  show(rows: readonly Row[]): void {
    this.#rows = rows;
    const { title, isDown } = this.#sortedBy;
    const { key = () => undefined } = this.#columns.find((column) => column.title === title)!;
    const sorted = [...rows].sort((a, b) => compare(key(a), key(b), isDown));
    const focused = document.activeElement?.id;
    this.#body.replaceChildren(...sorted.map((row) => this.#elementOf(row)));
    if (focused) document.getElementById(focused)?.focus();
    for (const [index, head] of this.#heads.entries()) {
      if (this.#columns[index]!.title === title)
        head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
  }

  #sortBy(title: string, isNumber: boolean): void {
    const isDown = this.#sortedBy.title === title ? !this.#sortedBy.isDown : isNumber;
    this.#sortedBy = { title, isDown };
    this.show(this.#rows);
  }

  #elementOf(row: Row): HTMLElement {
    const known = this.#drawn.get(row);
    if (known !== undefined) return known;
    const cells = this.#columns.map(({ cell, isNumber, isHead }) =>
      isHead
        ? element('th', { scope: 'row', class: 'name' }, cell(row))
        : element('td', { class: isNumber ? 'number' : undefined }, cell(row)),
    );
    const made = element('tr', { class: this.#rowClass(row) }, ...cells);
    this.#drawn.set(row, made);
    return made;
  }
}

function compare(a: number | string | undefined, b: number | string | undefined, isDown: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order =
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a).localeCompare(String(b), 'en', { numeric: true });
  return isDown ? -order : order;
}
