import { element } from '../element.js';
import { keyName } from './command-button.js';
import { COMMANDS } from './commands.js';

/** What mouse and fingers do that no key does. */
const BY_HAND: readonly (readonly [what: string, how: string])[] = [
  ['Choose a text; with Shift, several', 'click, tap'],
  ['Move the chosen text or one of its corners', 'drag it'],
  ['Draw a text', 'Shift + drag'],
  ['Move the picture', 'drag beside the chosen text, wheel, two fingers'],
  ['Zoom', 'Ctrl + wheel, two fingers'],
];

/** All keys, as they are declared. */
export function keysDialog(): HTMLDialogElement {
  const titles = [...new Set(COMMANDS.map(({ title }) => title))];
  const keys = titles.map((title) => {
    const own = COMMANDS.filter((command) => command.title === title).flatMap((command) => command.keys);
    return [title, own.map(keyName).join(', ')] as const;
  });
  const row = ([what, how]: readonly [string, string]) =>
    element('tr', {}, element('th', { scope: 'row' }, what), element('td', {}, how));
  const dialog = element(
    'dialog',
    { class: 'keys', 'aria-labelledby': 'keys-title' },
    element(
      'div',
      { class: 'head' },
      element('h2', { id: 'keys-title' }, 'Keys'),
      element('button', { type: 'button', click: () => dialog.close() }, 'Close'),
    ),
    element(
      'table',
      { 'aria-labelledby': 'keys-title' },
      element('tbody', {}, ...[...keys, ...BY_HAND].map(row)),
    ),
  );
  return dialog;
}
