/** One picture and its texts, to be corrected. */
import type { PictureRow, PicturesEvent } from '../../labels/protocol.js';
import { element } from '../element.js';
import type { Page } from '../page.js';
import { listen, path } from '../server.js';
import { type CommandButton, commandButton } from './command-button.js';
import {
  CONFIRM,
  type Command,
  commandOf,
  keyOf,
  type Labelling,
  NEXT,
  PREVIOUS,
  TOOLS,
  WITHDRAW,
  ZOOM,
} from './commands.js';
import { Editor } from './editor.js';
import { editorGestures } from './editor-gestures.js';
import { listenToGestures } from './gestures.js';
import { icon } from './icons.js';
import { keysDialog } from './keys-dialog.js';
import { countConfirmed, nextInOrder, nextToConfirm } from './order.js';
import { SaveStateView } from './save-state.js';
import { Session } from './session.js';
import { Stage } from './stage.js';
import { TextList } from './text-list.js';

/** The way that somebody has come, to go back. */
const trail: string[] = [];
/** It stands over the picture. */
const SAID_MILLISECONDS = 4000;

export const labelPage: Page = {
  title: ([name]) => name ?? 'Labels',
  show: async (place, [name = ''], left) => {
    const session = await Session.open(name, left);
    if (left.aborted) return;
    const rows = new Map<string, PictureRow>();
    const said = element('p', { class: 'said', role: 'status' });
    const progress = element('span', { class: 'faint' });
    const damage = element('span', { class: 'problem', role: 'status' });
    let forget: number | undefined;
    const buttons: CommandButton[] = [];
    const show = () => {
      for (const button of buttons) button.show(editor);
      // Hidden, not replaced: a tap is lost when what it began on is gone before it ends.
      unconfirmedName.hidden = session.isConfirmed;
      confirmedName.hidden = !session.isConfirmed;
      confirm.classList.toggle('done', session.isConfirmed);
      saveState.show();
      list.show();
    };
    const editor = new Editor(session, show, (text) => {
      said.textContent = text;
      clearTimeout(forget);
      forget = setTimeout(() => said.replaceChildren(), SAID_MILLISECONDS);
    });
    const go = async (to: string | undefined) => {
      if (!(await session.saver.settled())) return;
      if (left.aborted) return;
      location.hash = to === undefined ? '#/labels' : path`#/labels/${to}`;
    };
    const labelling: Labelling = {
      editor,
      go(to) {
        if (to === 'next') trail.push(name);
        void go(to === 'next' ? nextInOrder(rows.values(), name) : trail.pop());
      },
      confirmAndGo() {
        if (!session.isConfirmed) session.confirm(true);
        trail.push(name);
        void go(nextToConfirm(rows.values(), name));
      },
      withdraw: () => session.confirm(false),
      showKeys: () => keys.showModal(),
    };
    const button = (command: Command): HTMLElement => {
      const made = commandButton(command, labelling);
      buttons.push(made);
      return made.element;
    };

    const list = new TextList(editor);
    const keys = keysDialog();
    const saveState = new SaveStateView(session, () => editor.follow());
    const confirm = button(CONFIRM);
    confirm.classList.add('confirm');
    const unconfirmedName = element('span', {}, 'Confirm, next');
    const confirmedName = element('span', {}, icon('done'), 'Confirmed, next');
    confirm.append(unconfirmedName, confirmedName);
    const withdraw = button(WITHDRAW);
    withdraw.append('Not confirmed');
    const stage = new Stage(
      path`/api/labels/pictures/${name}/image`,
      session.size,
      {
        role: 'application',
        'aria-label': `${name}: the picture with its texts`,
        'aria-describedby': 'stage-help',
      },
      () => editor.drawing,
      left,
    );
    editor.stage = stage;
    listenToGestures(stage.element, editorGestures(editor), left);
    session.show({ saving: show, replaced: () => editor.follow(), isBusy: () => editor.isBusy }, left);

    place.append(
      element(
        'section',
        { class: 'labelling', 'aria-label': 'Labelling' },
        element(
          'div',
          { class: 'where' },
          element('a', { href: '#/labels' }, 'All pictures'),
          element('h1', {}, name),
          progress,
          damage,
          saveState.chip,
        ),
        element('div', { class: 'go' }, button(PREVIOUS), withdraw, confirm, button(NEXT)),
        element('div', { class: 'tools', role: 'toolbar', 'aria-label': 'Tools' }, ...TOOLS.map(button)),
        element(
          'div',
          { class: 'ground' },
          stage.element,
          saveState.notice,
          said,
          element('div', { class: 'zoom', role: 'group', 'aria-label': 'Zoom' }, ...ZOOM.map(button)),
        ),
        list.element,
        element(
          'p',
          { id: 'stage-help', class: 'unseen' },
          'N and P go through the texts, arrow keys move the chosen one, Enter confirms the picture, question mark lists all keys.',
        ),
        keys,
      ),
    );
    // Wherever the focus is: a button that was pressed may be gone.
    document.addEventListener('keydown', (event) => press(event, labelling), { signal: left });
    show();

    listen(
      '/api/labels/pictures',
      {
        pictures: (event: PicturesEvent) => {
          for (const gone of event.gone) rows.delete(gone);
          for (const row of event.rows) rows.set(row.name, row);
          progress.textContent = `${countConfirmed(rows.values())} of ${rows.size} confirmed`;
          const own = rows.get(name);
          damage.textContent = own?.problem ? `No boxes were drawn on it: ${own.problem}.` : '';
          if (own && own.version !== session.saver.version) void session.refresh(left).catch(() => {});
        },
      },
      () => rows.clear(),
      left,
    );
  },
};

/** Buttons and the list have keys of their own. */
function press(event: KeyboardEvent, labelling: Labelling): void {
  const target = event.target as HTMLElement;
  const key = keyOf(event);
  if (target.closest('dialog, input, select, textarea')) return;
  if (target.closest('button, a') && ['enter', ' '].includes(key)) return;
  const command = commandOf(key, labelling.editor);
  if (command === undefined) return;
  event.preventDefault();
  command.run(labelling);
}
