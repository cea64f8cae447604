/** Two or more runs side by side: curves, scores, and in which settings they differ. */
import type { FiguresEvent, ImageResults, RunDetails, RunRow, RunsEvent } from '../../protocol.js';
import { Chart } from '../chart.js';
import { element } from '../element.js';
import type { Page } from '../page.js';
import { scrollBox } from '../scroll-box.js';
import { get, listen, path } from '../server.js';
import { count, score } from '../text.js';
import { CHARTS } from './charts.js';
import { Figures } from './figures.js';
import { imageDifferences } from './images.js';
import { stateBadge } from './run-states.js';
import { differences } from './settings.js';

export const comparePage: Page = {
  title: () => 'Comparison',
  show: async (place, names, left) => {
    place.append(
      element('p', {}, element('a', { href: '#/runs' }, 'All runs')),
      element('h1', {}, 'Comparison'),
    );
    const details = await Promise.all(names.map((name) => get<RunDetails>(path`/api/runs/${name}`, left)));
    const results = await Promise.all(
      names.map((name) => get<ImageResults | null>(path`/api/runs/${name}/images`, left)),
    );
    if (left.aborted) return;
    const rows = details.map(({ row }) => row);
    const gone = element('p', { class: 'problem', role: 'status' });
    const scores = element('div', {}, scoresTable(rows));
    const charts = CHARTS.map(({ title, lines, text, isLogarithmic = false }) => {
      const shown = lines.length > 1 ? `${title}: ${lines[0].title}` : title;
      return new Chart({ title: shown, text, isLogarithmic, lines: names }, left);
    });
    place.append(
      gone,
      scores,
      element('div', { class: 'charts' }, ...charts.map((chart) => chart.element)),
      settingsTable(names, details),
      ...[imageDifferences(names, results)].filter((section) => section !== undefined),
    );

    const figures = new Map(names.map((name) => [name, new Figures()]));
    listen(
      `/api/runs?${names.map((name) => `run=${encodeURIComponent(name)}`).join('&')}`,
      {
        runs: (event: RunsEvent) => {
          for (const row of event.rows) rows[names.indexOf(row.name)] = row;
          if (event.gone.length > 0) gone.textContent = `The folder of ${event.gone.join(', ')} is gone.`;
          scores.replaceChildren(scoresTable(rows));
        },
        figures: (event: FiguresEvent) => {
          figures.get(event.run)?.take(event);
          for (const [index, { lines, convert }] of CHARTS.entries()) {
            const curves = details.map(({ row, config }) =>
              figures.get(row.name)!.curve(lines[0].name, (value) => convert?.(value, config) ?? value),
            );
            charts[index]!.show(curves);
          }
        },
      },
      () =>
        figures.forEach((run) => {
          run.clear();
        }),
      left,
    );
  },
};

/** The last `numbers` columns hold figures. */
function heads(titles: readonly string[], numbers = 0): HTMLElement {
  const cells = titles.map((title, index) =>
    element('th', { scope: 'col', class: index >= titles.length - numbers ? 'number' : undefined }, title),
  );
  return element('thead', {}, element('tr', {}, ...cells));
}

function scoresTable(rows: readonly RunRow[]): HTMLElement {
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      element(
        'th',
        { scope: 'row', class: 'name' },
        element('a', { href: path`#/runs/${row.name}` }, row.name),
      ),
      element('td', {}, stateBadge(row)),
      element('td', { class: 'number' }, score(row.best)),
      element('td', { class: 'number' }, count(row.step)),
    ),
  );
  const titles = ['Run', 'State', 'Best H-mean', 'Steps'];
  return scrollBox(
    'Main figures',
    element('table', { 'aria-label': 'Main figures' }, heads(titles, 2), element('tbody', {}, ...body)),
  );
}

function settingsTable(names: readonly string[], details: readonly RunDetails[]): HTMLElement {
  const found = differences(details.map(({ config }) => config)).filter(([key]) => key !== 'exp_name');
  const title = 'Settings that differ';
  const head = element('h2', {}, title);
  if (found.length === 0) return element('section', {}, head, element('p', {}, 'None.'));
  const body = found.map(([key, values]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, key),
      ...values.map((value) => element('td', {}, value ?? '–')),
    ),
  );
  const table = element(
    'table',
    { class: 'settings', 'aria-label': title },
    heads(['Setting', ...names]),
    element('tbody', {}, ...body),
  );
  return element('section', {}, head, scrollBox(title, table));
}
