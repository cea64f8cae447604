/** Sends every change of one picture to the server, the newest first, and knows what is on the disk. */
import type { Conflict, PictureChange, PictureLabels, PictureRow } from '../../labels/protocol.js';
import { path } from '../server.js';

/** `waiting`: the server does not answer. `refused`: it will not take this. `conflict`: somebody else has changed the picture. */
export type SaveState = 'saved' | 'saving' | 'waiting' | 'refused' | 'conflict';

const RETRY_MILLISECONDS = 1500;
/** What browsers still send for a page that is closed. */
const MOST_KEPT_ALIVE = 60_000;
/** Nobody answers, or not to the end. */
const NO_ANSWER = 0;
/** By the answer's status: what may pass by itself. */
const PASSING: Readonly<Record<number, string>> = {
  [NO_ANSWER]: 'inkstone ui does not answer. Keep this page open, and start it again.',
  401: 'inkstone ui was started anew: open the address that it prints, in this browser. Then this page goes on.',
  500: 'inkstone ui could not save it; its terminal says why.',
};

export class Saver {
  readonly #address: string;
  readonly #tell: () => void;
  #pending: PictureChange | undefined;
  #work: Promise<void> | undefined;
  state: SaveState = 'saved';
  /** Why it is not saved. */
  problem = '';
  /** What lies on the disk instead, in a conflict. */
  theirs: PictureLabels | undefined;

  /**
   * @param version of what is on the disk
   * @param tell called when the state has changed
   */
  constructor(
    name: string,
    public version: string,
    tell: () => void,
  ) {
    this.#address = path`/api/labels/pictures/${name}`;
    this.#tell = tell;
  }

  save(change: PictureChange): void {
    this.#pending = change;
    if (this.state === 'conflict') return;
    this.#become('saving');
    this.#work ??= this.#sendAll();
  }

  /** Waits for what is under way. Whether all is saved then. */
  async settled(): Promise<boolean> {
    while (this.#work !== undefined && this.state === 'saving') {
      await Promise.race([this.#work, new Promise((resolve) => setTimeout(resolve, 50))]);
    }
    return this.state === 'saved';
  }

  /** Ends a conflict: what is on the disk is known, and `change` takes its place. */
  replaceTheirs(change: PictureChange): void {
    this.acceptTheirs();
    this.save(change);
  }

  /** Ends a conflict: what is on the disk stays. */
  acceptTheirs(): void {
    this.version = this.theirs!.version;
    this.theirs = undefined;
    this.#pending = undefined;
    this.#become('saved');
  }

  async #sendAll(): Promise<void> {
    // Whoever is told of a conflict may end it at once, and then there is more to send.
    do await this.#send();
    while (this.state === 'saving');
    this.#work = undefined;
  }

  async #send(): Promise<void> {
    while (this.#pending !== undefined) {
      const change = this.#pending;
      this.#pending = undefined;
      const { status, body } = await this.#put(change);
      const passing = PASSING[status];
      if (status === 200) {
        this.version = (body as PictureRow).version;
      } else if (status === 409) {
        const { current } = body as Conflict;
        if (!isSame(current, change)) {
          this.theirs = current;
          this.#pending ??= change;
          return this.#become('conflict');
        }
        // It was saved, and the answer did not come through.
        this.version = current.version;
      } else if (passing !== undefined) {
        this.#pending ??= change;
        this.#become('waiting', passing);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
      } else if (this.#pending === undefined) {
        // Otherwise what was changed meanwhile may have mended it.
        return this.#become('refused', (body as { error: string }).error);
      }
    }
    this.#become('saved');
  }

  async #put(change: PictureChange): Promise<{ readonly status: number; readonly body: unknown }> {
    const body = JSON.stringify(change);
    try {
      const response = await fetch(this.#address, {
        method: 'PUT',
        body,
        keepalive: body.length < MOST_KEPT_ALIVE,
        headers: { 'content-type': 'application/json', 'if-match': `"${this.version}"` },
      });
      return { status: response.status, body: await response.json() };
    } catch {
      return { status: NO_ANSWER, body: undefined };
    }
  }

  #become(state: SaveState, problem = ''): void {
    this.state = state;
    this.problem = problem;
    this.#tell();
  }
}

function isSame({ texts, state }: PictureLabels, change: PictureChange): boolean {
  const content = (all: PictureChange['texts']) =>
    // Words with numbers come first in a file of labels, whatever the order in which they were sent.
    all
      .map(({ polygon, transcript, ignore }) => JSON.stringify([polygon, transcript, ignore]))
      .sort()
      .join();
  return (state === 'confirmed') === change.isConfirmed && content(texts) === content(change.texts);
}
