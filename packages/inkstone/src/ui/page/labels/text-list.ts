/** The texts of a picture as a list: for those who do not see them, and to find the doubtful ones. */
import { element } from '../element.js';
import { DOUBTFUL } from './draw.js';
import { describe, type Editor, sizeOf } from './editor.js';

export class TextList {
  readonly element: HTMLElement;
  readonly #editor: Editor;
  readonly #title = element('h2', { id: 'texts-title' });
  readonly #list = element('ul', {
    role: 'listbox',
    tabindex: 0,
    'aria-labelledby': 'texts-title',
    'aria-multiselectable': 'true',
  });
  #shown: unknown;

  constructor(editor: Editor) {
    this.#editor = editor;
    this.element = element('aside', { class: 'texts' }, this.#title, this.#list);
    this.#list.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] as 1 | -1 | undefined;
      if (step === undefined || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      editor.chooseNext(step);
    });
    this.show();
  }

  show(): void {
    const { texts } = this.#editor.session.history;
    if (this.#shown !== texts) this.#list.replaceChildren(...texts.map((_, index) => this.#option(index)));
    this.#shown = texts;
    this.#title.textContent = `${texts.length} ${texts.length === 1 ? 'text' : 'texts'}`;
    const { chosen } = this.#editor;
    for (const [index, option] of [...this.#list.children].entries()) {
      option.setAttribute('aria-selected', String(chosen.includes(index)));
    }
    const last = chosen.at(-1);
    if (last === undefined) this.#list.removeAttribute('aria-activedescendant');
    else {
      this.#list.setAttribute('aria-activedescendant', `text-${last}`);
      this.#list.children[last]?.scrollIntoView({ block: 'nearest' });
    }
  }

  #option(index: number): HTMLElement {
    const { texts } = this.#editor.session.history;
    const text = texts[index]!;
    const { ignore, score, transcript } = text;
    const isDoubtful = score !== undefined && score < DOUBTFUL;
    const about = ignore ? 'unreadable' : score === undefined ? '' : `${Math.round(100 * score)} % sure`;
    const kind = ignore ? 'ignored' : isDoubtful ? 'doubtful' : 'sure';
    return element(
      'li',
      {
        role: 'option',
        id: `text-${index}`,
        'aria-label': [describe(texts, index), sizeOf(text), ignore ? '' : about, transcript]
          .filter(Boolean)
          .join(', '),
        click: (event) => {
          this.#editor.choose([index]);
          if ((event as MouseEvent).detail > 1) this.#editor.lookAtChosen();
        },
      },
      element('span', { class: `mark ${kind}` }),
      element('span', {}, transcript || sizeOf(text)),
      element('span', { class: 'faint' }, about),
    );
  }
}
