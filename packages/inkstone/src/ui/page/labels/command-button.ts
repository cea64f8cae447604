import { element } from '../element.js';
import type { Command, Labelling } from './commands.js';
import type { Editor } from './editor.js';
import { icon } from './icons.js';

export interface CommandButton {
  readonly element: HTMLButtonElement;
  /** Says whether it can be pressed now. */
  show(editor: Editor): void;
}

export function commandButton(command: Command, labelling: Labelling): CommandButton {
  const { title, label, keys, run, isPossible, isOn } = command;
  const button = element(
    'button',
    {
      type: 'button',
      title: `${title} (${keyName(keys[0]!)})`,
      // A button without a picture is called as it reads.
      'aria-label': command.icon && title,
      'aria-keyshortcuts': keys.map(shortcutName).join(' '),
      click: () => run(labelling),
    },
    ...(command.icon ? [icon(command.icon)] : []),
    ...(label ? [element('span', {}, label)] : []),
  );
  return {
    element: button,
    show(editor) {
      button.disabled = isPossible?.(editor) === false;
      if (isOn) button.setAttribute('aria-pressed', String(isOn(editor)));
    },
  };
}

const NAMES: Readonly<Record<string, string>> = {
  ctrl: 'Ctrl',
  shift: 'Shift',
  delete: 'Delete',
  backspace: 'Backspace',
  enter: 'Enter',
  escape: 'Esc',
  pageup: 'Page Up',
  pagedown: 'Page Down',
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
};

/** `Ctrl + Z` */
export function keyName(key: string): string {
  const parts = key === '+' ? ['+'] : key.split('+');
  return parts.map((part) => NAMES[part] ?? part.toUpperCase()).join(' + ');
}

/** As `aria-keyshortcuts` wants it: `Control+z`. */
const shortcutName = (key: string): string =>
  key === '+'
    ? 'Plus'
    : key
        .split('+')
        .map((part) => ({ ctrl: 'Control', pageup: 'PageUp', pagedown: 'PageDown' })[part] ?? part)
        .map((part) => (part.length > 1 ? part.charAt(0).toUpperCase() + part.slice(1) : part))
        .join('+');
