import { element } from '../element.js';
import { path, post } from '../server.js';

/** Starts a run with what one would type behind `inkstone train`. */
export function startForm(): HTMLElement {
  const words = element('textarea', {
    id: 'overrides',
    rows: 4,
    spellcheck: 'false',
    'aria-describedby': 'overrides-help',
  });
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
    element('summary', {}, 'Start a run'),
    element(
      'form',
      { submit: (event) => void start(event) },
      element('label', { for: 'overrides' }, 'Settings'),
      words,
      element(
        'p',
        { id: 'overrides-help', class: 'faint' },
        'One a line, as behind inkstone train: data.root=receipts, exp_name=mine, trainer=fp16_safe. Empty: all defaults.',
      ),
      element('p', {}, button),
      said,
    ),
  );
}
