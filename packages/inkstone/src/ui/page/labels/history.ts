/** The texts of one picture with what is chosen of them, and the way back. */
import type { LabelText } from '../../labels/protocol.js';

interface State {
  readonly texts: readonly LabelText[];
  /** Indices of the chosen ones, in the order in which they were chosen. */
  readonly chosen: readonly number[];
}

export class History {
  #now: State;
  #past: State[] = [];
  #future: State[] = [];
  /** What the last change was, if more of the kind may be undone along with it. */
  #kind: string | undefined;

  constructor(texts: readonly LabelText[]) {
    this.#now = { texts, chosen: [] };
  }

  get texts(): readonly LabelText[] {
    return this.#now.texts;
  }

  get chosen(): readonly number[] {
    return this.#now.chosen;
  }

  /** The one that is chosen; undefined when there are none or several. */
  get only(): number | undefined {
    return this.chosen.length === 1 ? this.chosen[0] : undefined;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  choose(chosen: readonly number[]): void {
    this.#kind = undefined;
    this.#now = { ...this.#now, chosen: chosen.filter((index) => index in this.texts) };
  }

  /** @param kind changes of one kind in a row are undone together: a text that was nudged pixel by pixel */
  change(texts: readonly LabelText[], chosen: readonly number[] = this.chosen, kind?: string): void {
    if (kind === undefined || kind !== this.#kind) this.#past.push(this.#now);
    this.#kind = kind;
    this.#future = [];
    this.#now = { texts, chosen };
  }

  undo(): boolean {
    return this.#go(this.#past, this.#future);
  }

  redo(): boolean {
    return this.#go(this.#future, this.#past);
  }

  #go(from: State[], to: State[]): boolean {
    const state = from.pop();
    if (state === undefined) return false;
    to.push(this.#now);
    this.#now = state;
    this.#kind = undefined;
    return true;
  }
}
