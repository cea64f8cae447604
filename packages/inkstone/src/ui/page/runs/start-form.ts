import { element } from '../element.js';
import { sendingForm } from '../sending-form.js';
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
  const send = async (): Promise<string> => {
    const lines = words.value.split('\n').map((word) => word.trim());
    const { run } = await post<{ run: string | null }>('/api/runs', { overrides: lines.filter(Boolean) });
    if (run === null) return 'Done.';
    location.hash = path`#/runs/${run}`;
    return `${run} is running.`;
  };
  return sendingForm(
    { title, button: 'Start', sending: 'Reading the data …', send },
    element('label', { for: 'overrides' }, 'Settings'),
    words,
    element('p', { id: 'overrides-help', class: 'faint' }, help),
  );
}
