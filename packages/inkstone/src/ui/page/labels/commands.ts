/** Everything that a button or a key does, once: tools, keyboard and the list of keys are made of it. */
import type { Editor } from './editor.js';
import type { IconName } from './icons.js';

export interface Labelling {
  readonly editor: Editor;
  /** To another picture, once this one is saved. */
  go(to: 'next' | 'previous'): void;
  confirmAndGo(): void;
  withdraw(): void;
  showKeys(): void;
}

export interface Command {
  readonly title: string;
  /** On its button; without, it has none. */
  readonly icon?: IconName;
  readonly label?: string;
  /** As `keyOf` names them. */
  readonly keys: readonly string[];
  readonly isPossible?: (editor: Editor) => boolean;
  readonly isOn?: (editor: Editor) => boolean;
  readonly run: (labelling: Labelling) => void;
}

const hasChosen = ({ chosen }: Editor) => chosen.length > 0;
const hasOne = ({ only }: Editor) => only !== undefined;

/** The tools, in the order in which they stand. */
export const TOOLS: readonly Command[] = [
  {
    title: 'Add a text',
    icon: 'add',
    label: 'Add',
    keys: ['a'],
    isOn: ({ mode }) => mode === 'add',
    run: ({ editor }) => editor.turnTo(editor.mode === 'add' ? 'choose' : 'add'),
  },
  {
    title: 'Split the text in two',
    icon: 'split',
    label: 'Split',
    keys: ['s'],
    isPossible: hasOne,
    isOn: ({ mode }) => mode === 'split',
    run: ({ editor }) => editor.turnTo(editor.mode === 'split' ? 'choose' : 'split'),
  },
  {
    title: 'Merge texts into one',
    icon: 'merge',
    label: 'Merge',
    keys: ['m'],
    isPossible: hasChosen,
    isOn: ({ mode }) => mode === 'merge',
    run: ({ editor }) => (editor.mode === 'merge' ? editor.turnTo('choose') : editor.merge()),
  },
  {
    title: 'Unreadable: ignore the text in training',
    icon: 'ignore',
    label: 'Ignore',
    keys: ['i'],
    isPossible: hasChosen,
    isOn: ({ chosen, texts }) => chosen.length > 0 && chosen.every((index) => texts[index]!.ignore),
    run: ({ editor }) => editor.toggleIgnore(),
  },
  {
    title: 'Delete the text',
    icon: 'remove',
    label: 'Delete',
    keys: ['delete', 'backspace'],
    isPossible: hasChosen,
    run: ({ editor }) => editor.remove(),
  },
  {
    title: 'Undo',
    icon: 'undo',
    label: 'Undo',
    keys: ['ctrl+z'],
    isPossible: ({ session }) => session.history.canUndo,
    run: ({ editor }) => editor.undo(),
  },
  {
    title: 'Redo',
    icon: 'redo',
    label: 'Redo',
    keys: ['ctrl+shift+z', 'ctrl+y'],
    isPossible: ({ session }) => session.history.canRedo,
    run: ({ editor }) => editor.redo(),
  },
  { title: 'Keys', icon: 'keys', label: 'Keys', keys: ['?'], run: ({ showKeys }) => showKeys() },
];

export const ZOOM: readonly Command[] = [
  { title: 'Zoom out', icon: 'minus', keys: ['-'], run: ({ editor }) => editor.zoom(-1) },
  {
    title: 'Show the whole picture',
    icon: 'whole',
    keys: ['0'],
    run: ({ editor }) => editor.stage.lookAtAll(),
  },
  { title: 'Zoom in', icon: 'plus', keys: ['+', '='], run: ({ editor }) => editor.zoom(1) },
];

export const CONFIRM: Command = {
  title: 'All texts are right: confirm, and go on to the next picture',
  keys: ['enter'],
  run: ({ confirmAndGo }) => confirmAndGo(),
};
/** Before `CONFIRM`: what was begun is not confirmed. */
const FINISH: Command = {
  title: 'Put the new text in the middle, or cut',
  keys: ['enter'],
  isPossible: ({ mode }) => mode === 'add' || mode === 'split',
  run: ({ editor }) => (editor.mode === 'add' ? editor.addInMiddle() : editor.split()),
};
export const PREVIOUS: Command = {
  title: 'Previous picture',
  icon: 'previous',
  keys: ['pageup'],
  run: ({ go }) => go('previous'),
};
export const NEXT: Command = {
  title: 'Next picture, without confirming this one',
  icon: 'next',
  keys: ['pagedown'],
  run: ({ go }) => go('next'),
};
export const WITHDRAW: Command = {
  title: 'No longer confirmed',
  keys: ['u'],
  isPossible: ({ session }) => session.isConfirmed,
  run: ({ withdraw }) => withdraw(),
};

const ARROWS: readonly (readonly [key: string, dx: number, dy: number])[] = [
  ['arrowleft', -1, 0],
  ['arrowright', 1, 0],
  ['arrowup', 0, -1],
  ['arrowdown', 0, 1],
];
const FAR = 10;

/** Those that have no button. */
const KEYS_ALONE: readonly Command[] = [
  { title: 'Next text', keys: ['n', 'j'], run: ({ editor }) => editor.chooseNext(1) },
  { title: 'Previous text', keys: ['p', 'k'], run: ({ editor }) => editor.chooseNext(-1) },
  {
    title: 'Next corner of the text, for the arrow keys',
    keys: ['c'],
    run: ({ editor }) => editor.nextCorner(),
  },
  { title: 'Look closely at the text', keys: ['f'], run: ({ editor }) => editor.lookAtChosen() },
  { title: 'Stop what was begun, choose nothing', keys: ['escape'], run: ({ editor }) => editor.escape() },
  ...ARROWS.flatMap(([key, dx, dy]): Command[] => [
    {
      title: 'Move the text, its corner, the cut or the picture',
      keys: [key],
      run: ({ editor }) => editor.nudge(dx, dy),
    },
    { title: 'Move by ten', keys: [`shift+${key}`], run: ({ editor }) => editor.nudge(FAR * dx, FAR * dy) },
  ]),
];

export const COMMANDS: readonly Command[] = [
  FINISH,
  CONFIRM,
  NEXT,
  PREVIOUS,
  WITHDRAW,
  ...TOOLS,
  ...ZOOM,
  ...KEYS_ALONE,
];

/** `ctrl+shift+z`, `a`, `?`. Shift is named where the key alone does not show it; ⌘ is Ctrl. */
export function keyOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>,
): string {
  const isCtrl = event.ctrlKey || event.metaKey;
  const parts = [
    ...(isCtrl ? ['ctrl'] : []),
    ...(event.altKey ? ['alt'] : []),
    ...(event.shiftKey && (isCtrl || event.key.length > 1) ? ['shift'] : []),
    event.key.toLowerCase(),
  ];
  return parts.join('+');
}

/** What a key does now; undefined: nothing. */
export const commandOf = (key: string, editor: Editor): Command | undefined =>
  COMMANDS.find(({ keys, isPossible }) => keys.includes(key) && isPossible?.(editor) !== false);
