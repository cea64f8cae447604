import type { CacheView, Cleared } from '../../protocol.js';
import { element } from '../element.js';
import { post } from '../server.js';
import { bytes, count } from '../text.js';

/** Deletes what somebody has chosen, after saying how much that is. */
export class ClearForm {
  readonly element: HTMLElement;
  readonly #changed: () => Promise<void>;
  readonly #level = element('select');
  readonly #version = element('select');
  readonly #stale = element('input', { type: 'checkbox' });
  readonly #days = element('span');
  readonly #said = element('p', { role: 'status' });
  readonly #delete = element(
    'button',
    { type: 'button', hidden: true, click: () => void this.#clear(false) },
    'Delete them',
  );

  constructor(changed: () => Promise<void>) {
    this.#changed = changed;
    // What was previewed is no longer what is chosen.
    const forget = () => {
      this.#delete.hidden = true;
      this.#said.textContent = '';
    };
    for (const control of [this.#level, this.#version, this.#stale]) {
      control.addEventListener('change', forget);
    }
    const preview = element('button', { type: 'button', click: () => void this.#clear(true) }, 'Preview');
    this.element = element(
      'section',
      { class: 'card', 'aria-label': 'Clear' },
      element('h2', {}, 'Clear'),
      element(
        'div',
        { class: 'fields' },
        element('label', {}, 'Level ', this.#level),
        element('label', {}, 'Version ', this.#version),
        element('label', {}, this.#stale, ' only what was ', this.#days),
      ),
      element('p', { class: 'actions' }, preview, this.#delete),
      this.#said,
    );
  }

  /** Offers what the cache holds. */
  show({ namespaces, staleAfterDays }: CacheView): void {
    const levels = new Set(namespaces.flatMap(({ levels }) => Object.keys(levels)));
    offer(this.#level, 'all', new Map([...levels].map((name) => [name, name])));
    const versions = new Map<string, string>();
    for (const { version, scope } of namespaces) {
      // Splits of one data set may have one version.
      const others = versions.get(version);
      versions.set(version, others === undefined ? `${version}: ${scope}` : `${others}, ${scope}`);
    }
    offer(this.#version, 'all', versions);
    this.#days.textContent = `not read for ${staleAfterDays} days`;
  }

  async #clear(dryRun: boolean): Promise<void> {
    this.#said.className = 'faint';
    const chosen = {
      ...(this.#level.value !== '' && { level: this.#level.value }),
      ...(this.#version.value !== '' && { version: this.#version.value }),
      stale: this.#stale.checked,
    };
    try {
      const { entries, bytes: size } = await post<Cleared>('/api/cache/clear', { ...chosen, dryRun });
      const what = `${count(entries)} entries (${bytes(size)})`;
      this.#said.textContent = dryRun ? `This would delete ${what}.` : `Deleted ${what}.`;
      this.#delete.hidden = !dryRun || entries === 0;
      if (!dryRun) await this.#changed();
    } catch (error) {
      this.#said.className = 'problem';
      this.#said.textContent = (error as Error).message;
    }
  }
}

/** Keeps the choice where it is still there. */
function offer(select: HTMLSelectElement, all: string, choices: ReadonlyMap<string, string>): void {
  const before = select.value;
  const options = [['', all], ...choices].map(([value, title]) =>
    element('option', { value, selected: value === before }, title!),
  );
  select.replaceChildren(...options);
}
