/** All runs: how they stand, and which to open, compare or start. */
import type { RunRow, RunsEvent } from '../../protocol.js';
import { element } from '../element.js';
import type { Page } from '../page.js';
import { listen, path } from '../server.js';
import { type Column, SortableTable } from '../sortable-table.js';
import { count, duration, moment, score } from '../text.js';
import { stateBadge } from './run-states.js';
import { startForm } from './start-form.js';

const lasted = ({ startedAt, changedAt }: RunRow): number | undefined =>
  startedAt === null || changedAt === null || changedAt < startedAt ? undefined : changedAt - startedAt;
const orDash = (value: number | null | undefined, text: (value: number) => string): string =>
  value == null ? '–' : text(value);

const COLUMNS: readonly Column<RunRow>[] = [
  {
    title: 'Run',
    key: ({ name }) => name,
    cell: ({ name }) => element('a', { href: path`#/runs/${name}`, id: `open ${name}` }, name),
    isHead: true,
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
  readonly #rows = new Map<string, RunRow>();
  readonly #chosen = new Set<string>();
  readonly #compare = element(
    'button',
    { type: 'button', disabled: true, click: () => this.#goCompare() },
    'Compare the chosen runs',
  );
  readonly #none = element('p', { class: 'faint' }, 'Looking for runs …');
  readonly #sorted = new SortableTable<RunRow>(
    'Runs',
    [{ title: 'Compare', cell: (row) => this.#boxOf(row) }, ...COLUMNS],
    { title: 'Last figure', isDown: true },
  );
  readonly #table = element(
    'div',
    { hidden: true },
    // Stays in view: the list may be long.
    element('p', { class: 'staying' }, this.#compare),
    element('div', { class: 'wide' }, this.#sorted.element),
  );

  constructor() {
    this.element = element('section', { 'aria-label': 'Runs' }, this.#none, this.#table);
  }

  clear(): void {
    this.#rows.clear();
  }

  change({ rows, gone }: RunsEvent): void {
    for (const name of gone) this.#rows.delete(name);
    for (const row of rows) this.#rows.set(row.name, row);
    this.#none.textContent = 'No runs yet. Start one here, or with inkstone train: it appears by itself.';
    this.#none.hidden = this.#rows.size > 0;
    this.#table.hidden = this.#rows.size === 0;
    this.#sorted.show([...this.#rows.values()]);
    this.#allowCompare();
  }

  #boxOf({ name }: RunRow): HTMLElement {
    const box = element('input', {
      type: 'checkbox',
      id: `choose ${name}`,
      'aria-label': `Choose ${name} for comparison`,
      checked: this.#chosen.has(name),
      change: () => {
        if (box.checked) this.#chosen.add(name);
        else this.#chosen.delete(name);
        this.#allowCompare();
      },
    });
    return box;
  }

  #allowCompare(): void {
    this.#compare.disabled = this.#chosenNames().length < 2;
  }

  #chosenNames(): string[] {
    return [...this.#chosen].filter((name) => this.#rows.has(name));
  }

  #goCompare(): void {
    location.hash = `#/compare/${this.#chosenNames().map(encodeURIComponent).join('/')}`;
  }
}
