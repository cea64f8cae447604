/** All runs: how they stand, and which to open, compare or start. */
import type { RunRow, RunsEvent } from '../../protocol.js';
import { element } from '../element.js';
import type { Page } from '../page.js';
import { listen, path } from '../server.js';
import { count, duration, moment, score } from '../text.js';
import { stateBadge } from './run-states.js';
import { startForm } from './start-form.js';

interface Column {
  readonly title: string;
  /** Sorted by; undefined comes last. */
  readonly key: (row: RunRow) => number | string | undefined;
  readonly cell: (row: RunRow) => Node | string;
  readonly isNumber?: boolean;
}

const lasted = ({ startedAt, changedAt }: RunRow): number | undefined =>
  startedAt === null || changedAt === null || changedAt < startedAt ? undefined : changedAt - startedAt;
const orDash = (value: number | null | undefined, text: (value: number) => string): string =>
  value == null ? '–' : text(value);

const COLUMNS: readonly Column[] = [
  {
    title: 'Run',
    key: ({ name }) => name,
    cell: ({ name }) => element('a', { href: path`#/runs/${name}`, id: `open ${name}` }, name),
  },
  { title: 'State', key: ({ state }) => state, cell: stateBadge },
  {
    title: 'Best H-mean',
    key: ({ best }) => best ?? undefined,
    cell: ({ best }) => score(best),
    isNumber: true,
  },
  { title: 'Steps', key: ({ step }) => step, cell: ({ step }) => count(step), isNumber: true },
  { title: 'Duration', key: lasted, cell: (row) => orDash(lasted(row), duration), isNumber: true },
  {
    title: 'Last figure',
    key: ({ changedAt }) => changedAt ?? undefined,
    cell: ({ changedAt }) => orDash(changedAt, moment),
    isNumber: true,
  },
];
const LAST_FIGURE = COLUMNS.length - 1;

export const listPage: Page = {
  title: () => 'Runs',
  show: (place, _, left) => {
    const list = new RunList();
    const start = startForm({
      title: 'Start a run',
      words: [],
      help: 'One a line, as behind inkstone train: data.root=receipts, exp_name=mine, trainer=fp16_safe. Empty: all defaults.',
    });
    place.append(element('h1', {}, 'Runs'), start, list.element);
    listen('/api/runs', { runs: (event: RunsEvent) => list.change(event) }, () => list.clear(), left);
  },
};

class RunList {
  readonly element: HTMLElement;
  readonly #rows = new Map<string, { readonly row: RunRow; readonly element: HTMLElement }>();
  readonly #chosen = new Set<string>();
  readonly #body = element('tbody');
  readonly #heads: readonly HTMLElement[];
  readonly #compare: HTMLButtonElement;
  readonly #none = element('p', { class: 'faint' }, 'Looking for runs …');
  readonly #table: HTMLElement;
  #column = LAST_FIGURE;
  #isDown = true;

  constructor() {
    this.#heads = COLUMNS.map(({ title, isNumber }, index) =>
      element(
        'th',
        { scope: 'col', class: isNumber ? 'number' : undefined },
        element('button', { type: 'button', class: 'plain', click: () => this.#sortBy(index) }, title),
      ),
    );
    this.#compare = element(
      'button',
      { type: 'button', click: () => this.#goCompare() },
      'Compare the chosen runs',
    );
    this.#table = element(
      'div',
      { class: 'wide', hidden: true },
      element(
        'table',
        {},
        element('caption', { class: 'unseen' }, 'Runs'),
        element('thead', {}, element('tr', {}, element('td'), ...this.#heads)),
        this.#body,
      ),
      element('p', {}, this.#compare),
    );
    this.element = element('section', { 'aria-label': 'Runs' }, this.#none, this.#table);
    this.#draw();
  }

  clear(): void {
    this.#rows.clear();
  }

  change({ rows, gone }: RunsEvent): void {
    for (const name of gone) this.#rows.delete(name);
    for (const row of rows) this.#rows.set(row.name, { row, element: this.#rowOf(row) });
    this.#none.textContent = 'No runs yet. Start one here, or with inkstone train: it appears by itself.';
    this.#none.hidden = this.#rows.size > 0;
    this.#table.hidden = this.#rows.size === 0;
    this.#draw();
  }

  #sortBy(index: number): void {
    this.#isDown = this.#column === index ? !this.#isDown : COLUMNS[index]!.isNumber === true;
    this.#column = index;
    this.#draw();
  }

  #draw(): void {
    const { key } = COLUMNS[this.#column]!;
    const rows = [...this.#rows.values()].sort((a, b) => compare(key(a.row), key(b.row), this.#isDown));
    const focused = document.activeElement?.id;
    this.#body.replaceChildren(...rows.map((row) => row.element));
    if (focused) document.getElementById(focused)?.focus();
    for (const [index, head] of this.#heads.entries()) {
      if (index === this.#column) head.setAttribute('aria-sort', this.#isDown ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    this.#compare.disabled = this.#chosenNames().length < 2;
  }

  #rowOf(row: RunRow): HTMLElement {
    const { name } = row;
    const box = element('input', {
      type: 'checkbox',
      id: `choose ${name}`,
      'aria-label': `Choose ${name} for comparison`,
      checked: this.#chosen.has(name),
      change: () => {
        if (box.checked) this.#chosen.add(name);
        else this.#chosen.delete(name);
        this.#compare.disabled = this.#chosenNames().length < 2;
      },
    });
    return element(
      'tr',
      {},
      element('td', {}, box),
      ...COLUMNS.map(({ cell, isNumber }, index) =>
        index === 0
          ? element('th', { scope: 'row' }, cell(row))
          : element('td', { class: isNumber ? 'number' : undefined }, cell(row)),
      ),
    );
  }

  #chosenNames(): string[] {
    return [...this.#chosen].filter((name) => this.#rows.has(name));
  }

  #goCompare(): void {
    location.hash = `#/compare/${this.#chosenNames().map(encodeURIComponent).join('/')}`;
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
