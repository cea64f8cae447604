import { element } from '../element.js';
import { path, post } from '../server.js';

export interface StartForm {
  readonly title: string;
  /** What stands there at first. */
  readonly words: readonly string[];
  readonly help: string;
}

/** Starts a run with what one would type behind `inkstone train`. */
export function startForm({ title, words: first, help }: StartForm): HTMLElement {
  const words = element(
    'textarea',
    {
      id: 'overrides',
      rows: Math.max(4, first.length),
      spellcheck: 'false',
      'aria-describedby': 'overrides-help',
    },
    first.join('\n'),
  );
  const said = element('p', { role: 'status' });
  const button = element('button', { type: 'submit' }, 'Start');
  const start = async (event: Event) => {
    event.preventDefault();
    const overrides = words.value.split('\n').map((word) => word.trim());
    button.disabled = true;
    said.className = 'faint';
    said.textContent = 'Reading the data …';
    try {
      const { run } = await post<{ run: string | null }>('/api/runs', {
        overrides: overrides.filter(Boolean),
      });
      said.textContent = run === null ? 'Done.' : `${run} is running.`;
      if (run !== null) location.hash = path`#/runs/${run}`;
    } catch (error) {
      said.className = 'problem';
      said.textContent = (error as Error).message;
    } finally {
      button.disabled = false;
    }
  };
  return element(
    'details',
    { class: 'card' },
    element('summary', {}, title),
    element(
      'form',
      { submit: (event) => void start(event) },
      element('label', { for: 'overrides' }, 'Settings'),
      words,
      element('p', { id: 'overrides-help', class: 'faint' }, help),
      element('p', {}, button),
      said,
    ),
  );
}
