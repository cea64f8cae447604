/** One picture that is worked on: its texts with their history, and what of them is saved. */
import type { PictureLabels } from '../../labels/protocol.js';
import { get, path } from '../server.js';
import type { Size } from './edits.js';
import { History } from './history.js';
import { Saver } from './saver.js';

/** Work that was not saved when somebody left its picture. It goes on being sent, and is there again when they come back. */
const kept = new Map<string, Session>();

/** Who shows a session. */
export interface SessionWatcher {
  /** Whether something is being saved, or not, has changed. */
  saving(): void;
  /** The texts are others, and not by the user's hand. */
  replaced(): void;
  /** Something has been begun, which other texts would disturb. */
  isBusy(): boolean;
}

const NOBODY: SessionWatcher = { saving() {}, replaced() {}, isBusy: () => false };

export class Session {
  readonly name: string;
  readonly size: Size;
  readonly saver: Saver;
  history: History;
  isConfirmed: boolean;
  /** Nobody has changed anything here since it was read. */
  isUntouched = true;
  /** The server had nothing on this picture when the work began. */
  #wasEmpty: boolean;
  #watcher: SessionWatcher = NOBODY;

  private constructor({ name, width, height, texts, state, version }: PictureLabels) {
    this.name = name;
    this.size = { width, height };
    this.history = new History(texts);
    this.isConfirmed = state === 'confirmed';
    this.#wasEmpty = state === 'new';
    this.saver = new Saver(name, version, () => this.#follow());
  }

  /** @throws Error with what the server says */
  static async open(name: string, left: AbortSignal): Promise<Session> {
    return kept.get(name) ?? new Session(await Session.#read(name, left));
  }

  show(watcher: SessionWatcher, left: AbortSignal): void {
    this.#watcher = watcher;
    kept.set(this.name, this);
    left.addEventListener('abort', () => {
      this.#watcher = NOBODY;
      if (this.saver.state === 'saved') kept.delete(this.name);
    });
  }

  /** Saves what the history holds now. */
  save(): void {
    this.isUntouched = false;
    this.saver.save({ texts: this.history.texts, isConfirmed: this.isConfirmed });
  }

  confirm(isConfirmed: boolean): void {
    this.isConfirmed = isConfirmed;
    this.save();
  }

  /** Shows what is on the disk now, unless that could hide somebody's work. */
  async refresh(left: AbortSignal): Promise<void> {
    const isMine = () => !this.isUntouched || this.saver.state !== 'saved' || this.#watcher.isBusy();
    if (isMine()) return;
    const labels = await Session.#read(this.name, left);
    if (isMine()) return;
    this.history = new History(labels.texts);
    this.isConfirmed = labels.state === 'confirmed';
    this.#wasEmpty = labels.state === 'new';
    this.saver.version = labels.version;
    this.#watcher.replaced();
  }

  /** Ends a conflict with one's own work. */
  keepMine(): void {
    this.saver.replaceTheirs({ texts: this.history.texts, isConfirmed: this.isConfirmed });
  }

  /** Ends a conflict with the other's work. One's own comes back with "undo". */
  takeTheirs(): void {
    const { texts, state } = this.saver.theirs!;
    this.isConfirmed = state === 'confirmed';
    this.history.change(texts, []);
    this.saver.acceptTheirs();
  }

  #follow(): void {
    const { theirs } = this.saver;
    if (theirs?.state === 'draft' && this.#wasEmpty) {
      // The detector came while somebody was drawing: its texts join theirs, behind them, where no index changes.
      this.#wasEmpty = false;
      this.history.change([...this.history.texts, ...theirs.texts]);
      this.keepMine();
    }
    this.#watcher.saving();
    if (this.#watcher === NOBODY && this.saver.state === 'saved') kept.delete(this.name);
  }

  static #read(name: string, left: AbortSignal): Promise<PictureLabels> {
    return get<PictureLabels>(path`/api/labels/pictures/${name}`, left);
  }
}

// Whoever closes the tab is asked first.
addEventListener('beforeunload', (event) => {
  if ([...kept.values()].some(({ saver }) => saver.state !== 'saved')) event.preventDefault();
});
