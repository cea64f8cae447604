import type { Verified } from '../../protocol.js';
import { element } from '../element.js';
import { post } from '../server.js';
import { count } from '../text.js';

/** Reads every entry, and removes damaged ones when somebody says so. */
export function checkCard(changed: () => Promise<void>): HTMLElement {
  const said = element('p', { role: 'status' });
  const found = element('ul');
  const run = async (heal: boolean) => {
    check.disabled = true;
    remove.disabled = true;
    said.className = 'faint';
    said.textContent = 'Reading every entry …';
    try {
      const verified = await post<Verified>('/api/cache/verify', { heal });
      said.textContent = describe(verified);
      found.replaceChildren(
        ...verified.corrupt.map(({ path, reason }) => element('li', {}, `${path}: ${reason}`)),
      );
      remove.hidden = verified.corrupt.length === verified.healed;
      if (verified.healed > 0) await changed();
    } catch (error) {
      said.className = 'problem';
      said.textContent = (error as Error).message;
    } finally {
      check.disabled = false;
      remove.disabled = false;
    }
  };
  const check = element('button', { type: 'button', click: () => void run(false) }, 'Check every entry');
  const remove = element(
    'button',
    { type: 'button', hidden: true, click: () => void run(true) },
    'Remove the damaged ones',
  );
  return element(
    'section',
    { class: 'card', 'aria-label': 'Check' },
    element('h2', {}, 'Check'),
    element('p', { class: 'actions' }, check, remove),
    said,
    found,
  );
}

function describe({ entries, corrupt, healed }: Verified): string {
  if (corrupt.length === 0) return `All ${count(entries)} entries are sound.`;
  const removed = healed > 0 ? `; ${count(healed)} were removed` : '';
  return `${count(corrupt.length)} of ${count(entries)} are damaged${removed}.`;
}
