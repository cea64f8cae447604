/** One report of `inkstone validate-precision`: the verdict, what it stands on, and both curves. */
import type { PrecisionReport, TitledTable } from '../../protocol.js';
import { Chart } from '../chart.js';
import { element } from '../element.js';
import type { Page } from '../page.js';
import { get, path } from '../server.js';
import { figure } from '../text.js';
import { verdictBadge } from './verdict-badge.js';

export const reportPage: Page = {
  title: ([study]) => study ?? 'Precision',
  show: async (place, [study = '', candidate = ''], left) => {
    const report = await get<PrecisionReport>(path`/api/precision/${study}/${candidate}`, left);
    if (left.aborted) return;
    const charts = report.curves.map(({ title, lines }) => {
      const chart = new Chart({ title, lines: Object.keys(lines), text: figure, isLogarithmic: false }, left);
      return { chart, curves: Object.values(lines) };
    });
    place.append(
      element('p', {}, element('a', { href: '#/precision' }, 'All reports')),
      element('h1', {}, `${study}: ${candidate} `, verdictBadge(report.verdict)),
      element('p', {}, `${report.reason}.`),
      ...report.remarks.map((remark) => element('p', { class: 'faint' }, remark)),
      element('div', { class: 'charts' }, ...charts.map(({ chart }) => chart.element)),
      ...report.tables.map(tableSection),
      ...report.trials.map(({ seed, runs }) => {
        const address = `#/compare/${runs.map(encodeURIComponent).join('/')}`;
        return element('p', {}, element('a', { href: address }, `Compare the runs of seed ${seed}`));
      }),
    );
    // A chart takes its width from the page that it stands in.
    for (const { chart, curves } of charts) {
      chart.show(
        curves.map((points) => ({
          steps: points.map(([step]) => step),
          values: points.map(([, value]) => value),
        })),
      );
    }
  },
};

function tableSection({ title, header, rows }: TitledTable): HTMLElement {
  const heads = header.map((text) => element('th', { scope: 'col' }, text));
  const body = rows.map(([first = '', ...rest]) =>
    element('tr', {}, element('th', { scope: 'row' }, first), ...rest.map((text) => element('td', {}, text))),
  );
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...body),
  );
  return element('section', {}, element('h2', {}, title), element('div', { class: 'wide' }, table));
}
