import type { Verdict } from '../../protocol.js';
import { element } from '../element.js';

/** The verdict in a word, with the colour of a run's state. */
const COLORS: Readonly<Record<string, string>> = {
  ACCEPTABLE: 'finished',
  MARGINAL: 'running',
  UNACCEPTABLE: 'failed',
};

export const verdictBadge = (verdict: Verdict['verdict']): HTMLElement =>
  element('span', { class: `state ${COLORS[verdict ?? ''] ?? ''}` }, verdict?.toLowerCase() ?? 'damaged');
