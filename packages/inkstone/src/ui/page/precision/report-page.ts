/** One report of `inkstone validate-precision`: the verdict, what it stands on, and both curves. */
import type { PrecisionReport } from '../../protocol.js';
import { Chart } from '../chart.js';
import { element } from '../element.js';
import type { Page } from '../page.js';
import { get, path } from '../server.js';
import { tableSection } from '../table-section.js';
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
