/** What the cache holds, why it was computed anew, and what may go. */
import type { CacheNamespace, CacheUse, CacheView, SharedCache } from '../../protocol.js';
import { element } from '../element.js';
import type { Page } from '../page.js';
import { scrollBox } from '../scroll-box.js';
import { get } from '../server.js';
import { SortableTable } from '../sortable-table.js';
import { bytes, count, figure, moment } from '../text.js';
import { checkCard } from './check-card.js';
import { ClearForm } from './clear-form.js';

/** More stand behind a click. */
const FEW_USES = 10;

export const cachePage: Page = {
  title: () => 'Cache',
  show: async (place, _, left) => {
    const held = element('div');
    const load = async () => {
      const view = await get<CacheView>('/api/cache', left);
      held.replaceChildren(...heldBy(view));
      form.show(view);
      tools.hidden = !view.exists;
    };
    const form = new ClearForm(load);
    const tools = element('div', { hidden: true }, checkCard(load), form.element);
    place.append(element('h1', {}, 'Cache'), held, tools);
    await load();
  },
};

function heldBy(view: CacheView): HTMLElement[] {
  const about = view.exists
    ? element('p', {}, `${view.root}: ${count(view.entries)} entries, ${bytes(view.bytes)}`)
    : element('p', { class: 'faint' }, `No cache at ${view.root} yet: the first run fills one.`);
  return [
    about,
    // One that cannot be used is among the findings.
    ...(view.shared?.usable ? [element('p', {}, describeShared(view.shared))] : []),
    ...view.findings.map(({ problem, recommendation }) =>
      element('p', { class: 'problem' }, `${problem}: ${recommendation}`),
    ),
    ...view.namespaces.map(namespaceCard),
  ];
}

function describeShared({ server, usedBytes, maxBytes, policy }: SharedCache & { usable: true }): string {
  const bound = maxBytes === 0 ? 'no bound' : `of ${bytes(maxBytes)}, ${policy}`;
  return `Shared at ${server}: ${bytes(usedBytes)} in use (${bound})`;
}

function namespaceCard(namespace: CacheNamespace): HTMLElement {
  const { scope, version, createdAt, lastOpened, staleEntries, lastShared, uses } = namespace;
  const last = uses.at(-1);
  const facts: readonly (readonly [string, string])[] = [
    ['Version', version],
    ['Found in the last run', last === undefined ? '–' : percent(last.hitRatePercent)],
    ...(lastShared === null
      ? []
      : ([
          ['Read from the shared one', count(lastShared.hits)],
          ['Stored there', count(lastShared.stored)],
        ] as const)),
    ['Not read for long', count(staleEntries)],
    ['Made', moment(Date.parse(createdAt))],
    ['Opened', moment(Date.parse(lastOpened))],
  ];
  return element(
    'section',
    { class: 'card', 'aria-label': scope },
    element('h2', {}, scope),
    element(
      'dl',
      { class: 'facts small' },
      ...facts.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
    ),
    levelsTable(namespace),
    ...(uses.length === 0 ? [] : [usesTable(uses)]),
  );
}

/** Run after run: how much was found, what was damaged, and why something had to be computed anew. */
function usesTable(uses: readonly CacheUse[]): HTMLElement {
  const table = new SortableTable<CacheUse>(
    'Runs that used it',
    [
      { title: 'Run ended', key: ({ at }) => at, cell: ({ at }) => moment(at), isHead: true },
      {
        title: 'Found',
        key: ({ hitRatePercent }) => hitRatePercent,
        cell: ({ hitRatePercent }) => percent(hitRatePercent),
        isNumber: true,
      },
      { title: 'Healed', key: ({ healed }) => healed, cell: ({ healed }) => count(healed), isNumber: true },
      {
        title: 'Why it was computed anew',
        cell: ({ changes }) => (changes.length === 0 ? '' : listOf(changes)),
      },
    ],
    { title: 'Run ended', isDown: true },
  );
  table.show(uses);
  return element(
    'details',
    { open: uses.length < FEW_USES || uses.at(-1)!.changes.length > 0 },
    element('summary', {}, `Runs that used it: ${count(uses.length)}`),
    element('div', { class: 'wide' }, table.element),
  );
}

const percent = (value: number): string => `${figure(value)} %`;

function levelsTable({ levels }: CacheNamespace): HTMLElement {
  const heads = ['Level', 'Entries', 'Size'].map((title, index) =>
    element('th', { scope: 'col', class: index > 0 ? 'number' : undefined }, title),
  );
  const rows = Object.entries(levels).map(([level, size]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, level),
      element('td', { class: 'number' }, count(size.entries)),
      element('td', { class: 'number' }, bytes(size.bytes)),
    ),
  );
  const table = element(
    'table',
    { 'aria-label': 'Levels' },
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...rows),
  );
  return scrollBox('Levels', table);
}

const listOf = (texts: readonly string[]): HTMLElement =>
  element('ul', {}, ...texts.map((text) => element('li', {}, text)));
