/** Whether the work is on the disk, and what to do when somebody else has changed the picture. */
import { element } from '../element.js';
import type { Saver, SaveState } from './saver.js';
import type { Session } from './session.js';

const WORDS: Readonly<Record<SaveState, string>> = {
  saved: 'Saved',
  saving: 'Saving …',
  waiting: 'Not saved',
  refused: 'Not saved',
  conflict: 'Not saved',
};

export class SaveStateView {
  readonly chip = element('span', { class: 'save', role: 'status' });
  /** Over the picture, when there is something to say or to decide. */
  readonly notice = element('div', { class: 'notice', role: 'alert', hidden: true });
  readonly #session: Session;
  readonly #resolved: () => void;
  #shown = '';

  /** @param resolved called when a conflict was ended */
  constructor(session: Session, resolved: () => void) {
    this.#session = session;
    this.#resolved = resolved;
  }

  show(): void {
    const { saver } = this.#session;
    const { state, problem } = saver;
    // A screen reader would read it out each time.
    if (this.#shown === `${state} ${problem}`) return;
    this.#shown = `${state} ${problem}`;
    this.chip.textContent = WORDS[state];
    this.chip.dataset.state = state;
    this.notice.hidden = problem === '' && state !== 'conflict';
    this.notice.replaceChildren(...(state === 'conflict' ? this.#choice(saver) : [problem]));
  }

  #choice({ theirs }: Saver): (Node | string)[] {
    const { texts } = this.#session.history;
    const decide = (title: string, how: () => void) =>
      element(
        'button',
        {
          type: 'button',
          click: () => {
            how();
            this.#resolved();
          },
        },
        title,
      );
    const mark = theirs!.state === 'confirmed' ? ', confirmed' : '';
    return [
      element(
        'p',
        {},
        'This picture was changed elsewhere, in another tab or program. ',
        `Yours: ${counted(texts.length)}. The other: ${counted(theirs!.texts.length)}${mark}, drawn in pink. Which one stays?`,
      ),
      element(
        'p',
        { class: 'actions' },
        decide('Keep mine', () => this.#session.keepMine()),
        decide('Take the other (Undo brings mine back)', () => this.#session.takeTheirs()),
      ),
    ];
  }
}

const counted = (count: number): string => `${count} ${count === 1 ? 'text' : 'texts'}`;
