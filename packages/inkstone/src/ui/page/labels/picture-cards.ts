import type { PictureRow, PictureState } from '../../labels/protocol.js';
import { element } from '../element.js';
import { path } from '../server.js';
import { count } from '../text.js';

const STATES: Readonly<Record<PictureState, string>> = {
  new: 'not looked at',
  draft: 'draft',
  edited: 'begun',
  confirmed: 'confirmed',
};

/** A card for each picture. */
export class PictureCards {
  readonly element = element('ul', { class: 'pictures labels' });
  readonly #cards = new Map<string, { readonly row: PictureRow; readonly card: HTMLElement }>();

  show(rows: readonly PictureRow[]): void {
    const cards = rows.map((row) => {
      const known = this.#cards.get(row.name);
      if (known?.row === row) return known.card;
      const card = cardOf(row);
      this.#cards.set(row.name, { row, card });
      return card;
    });
    const focused = this.element.querySelector(':focus')?.getAttribute('href');
    const isSame =
      cards.length === this.element.children.length &&
      cards.every((card, index) => card === this.element.children[index]);
    if (isSame) return;
    this.element.replaceChildren(...cards);
    if (focused) this.element.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }
}

function cardOf({ name, state, texts, doubt, problem }: PictureRow): HTMLElement {
  const doubtful = state === 'draft' && doubt !== null ? Math.round(doubt) : 0;
  const about = [
    state === 'new' ? '' : `${count(texts)} ${texts === 1 ? 'text' : 'texts'}`,
    doubtful > 0 ? `${count(doubtful)} doubtful` : '',
  ];
  const picture = element('img', {
    src: path`/api/labels/pictures/${name}/thumbnail`,
    alt: '',
    loading: 'lazy',
    // The card says what is wrong with it.
    error: () => picture.replaceWith(element('span', { class: 'unreadable' })),
  });
  return element(
    'li',
    {},
    element('a', { href: path`#/labels/${name}` }, picture, element('span', { class: 'name' }, name)),
    element(
      'p',
      {},
      element('span', { class: `state ${state}` }, STATES[state]),
      element(
        'span',
        { class: problem === null ? 'faint' : 'problem' },
        problem ?? about.filter(Boolean).join(', '),
      ),
    ),
  );
}
