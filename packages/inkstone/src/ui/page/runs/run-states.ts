import type { RunRow } from '../../protocol.js';
import { element } from '../element.js';

const WORDS: Readonly<Record<RunRow['state'], string>> = {
  running: 'running',
  finished: 'finished',
  stopped: 'stopped early',
  interrupted: 'interrupted',
  killed: 'killed',
  failed: 'failed',
};

/** The state in a word, with a colour beside it. */
export const stateBadge = ({ state }: RunRow): HTMLElement =>
  element('span', { class: `state ${state}` }, WORDS[state]);
