import { element } from './element.js';

export interface SendingForm {
  /** What is clicked to unfold it. */
  readonly title: string;
  readonly button: string;
  /** Said while it is under way. */
  readonly sending: string;
  /** Resolves to what came of it, in words; throws an Error with what was wrong. */
  readonly send: () => Promise<string>;
}

/** A folded card with a form. Its button rests while it is sent, and below it stands what came of it. */
export function sendingForm(
  { title, button: name, sending, send }: SendingForm,
  ...fields: readonly HTMLElement[]
): HTMLElement {
  const said = element('p', { role: 'status' });
  const button = element('button', { type: 'submit' }, name);
  const submit = async (event: Event) => {
    event.preventDefault();
    button.disabled = true;
    said.className = 'faint';
    said.textContent = sending;
    try {
      said.textContent = await send();
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
    element('form', { submit: (event) => void submit(event) }, ...fields, element('p', {}, button), said),
  );
}
