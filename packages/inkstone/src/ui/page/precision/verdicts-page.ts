/** The verdicts of `inkstone validate-precision`. */
import type { Verdict } from '../../protocol.js';
import { element } from '../element.js';
import type { Page } from '../page.js';
import { get, path } from '../server.js';
import { verdictBadge } from './verdict-badge.js';

export const verdictsPage: Page = {
  title: () => 'Precision',
  show: async (place, _, left) => {
    place.append(element('h1', {}, 'Precision'));
    const verdicts = await get<Verdict[]>('/api/precision', left);
    if (verdicts.length === 0) {
      place.append(
        element(
          'p',
          { class: 'faint' },
          'No reports yet: inkstone validate-precision writes one beside the runs.',
        ),
      );
    }
    place.append(...verdicts.map(verdictCard));
  },
};

function verdictCard({ study, candidate, verdict, reason }: Verdict): HTMLElement {
  const title = `${study}: ${candidate}`;
  const name =
    verdict === null ? title : element('a', { href: path`#/precision/${study}/${candidate}` }, title);
  return element(
    'section',
    { class: 'card', 'aria-label': title },
    element('h2', {}, name, ' ', verdictBadge(verdict)),
    element('p', {}, reason),
  );
}
