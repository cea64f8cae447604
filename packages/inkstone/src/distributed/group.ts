/**
 * The ranks that work on one run: processes, on one machine or on many, of which this is one. Whatever they do together
 * is an exchange: every rank calls it at the same place of the program, and nobody goes on before it has what it needs.
 *
 * Nothing here waits forever. A rank that is lost, hangs, or gives up ends every exchange of the others with a
 * `RankError`, and then nothing can be exchanged any more.
 */
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import { Inbox } from './inbox.js';
import { type Link, MESSAGE, type MessageKind } from './link.js';
import { RankError } from './rank-error.js';

/** How long is tried to tell the others that this rank gives up: they may be in the middle of a batch. */
const FAREWELL_MS = 10_000;
/** The same after a time-out: somebody does not listen. */
const SHORT_FAREWELL_MS = 1000;

/** An exchange that was begun. */
export interface Posted<Part> {
  /** This rank's part for itself. */
  readonly own: Part;
  /** What each other rank is sent. */
  readonly sent: ReadonlyMap<number, Promise<unknown>>;
}

export class Group {
  readonly #link: Link;
  readonly #timeout: number;
  readonly #inboxes: readonly Inbox[];
  #failure: RankError | undefined;
  #farewell = FAREWELL_MS;
  #closed = false;
  /** Ends the exchange at work. */
  #giveUp: (error: Error) => void = () => {};

  /** @param timeout seconds that an exchange may take */
  constructor(link: Link, timeout: number) {
    this.#link = link;
    this.#timeout = timeout;
    this.#inboxes = Array.from({ length: link.size }, () => new Inbox());
    link.listen({
      onMessage: (from, kind, body) => this.#take(from, kind, body),
      onLost: (from, why) => this.#inboxes[from]?.lose(new RankError(`rank ${from} is gone: ${why}`)),
    });
  }

  /** 0 … size − 1. */
  get rank(): number {
    return this.#link.rank;
  }

  get size(): number {
    return this.#link.size;
  }

  /**
   * Sends `partFor(rank)` to each rank, and resolves to what each has sent to this one, by rank: plain data and typed
   * arrays, as `node:v8` serialises them. This rank's own part is handed over as it is.
   *
   * @throws RankError
   */
  async exchange<Part>(partFor: (rank: number) => Part): Promise<Part[]> {
    await this.hear();
    return this.collect(this.post(partFor));
  }

  /**
   * The first half of an exchange: sends, and waits for nothing. Others may be begun before it is collected; every rank begins
   * and collects the same ones in the same order.
   *
   * @throws RankError
   */
  post<Part>(partFor: (rank: number) => Part): Posted<Part> {
    if (this.#failure !== undefined) throw this.#failure;
    const sent = this.#others.map(
      (other) => [other, this.#link.send(other, MESSAGE.data, serialize(partFor(other)))] as const,
    );
    return { own: partFor(this.rank), sent: new Map(sent) };
  }

  /** The second half. @throws RankError */
  async collect<Part>({ own, sent }: Posted<Part>): Promise<Part[]> {
    if (this.#failure !== undefined) throw this.#failure;
    const parts: Part[] = [];
    parts[this.rank] = own;
    const answering = new Set(sent.keys());
    const taking = new Set(sent.keys());
    const traffic = [...sent].flatMap(([other, taken]) => [
      this.#inboxes[other]!.next().then((body) => {
        parts[other] = deserialize(body) as Part;
        answering.delete(other);
      }),
      taken.then(() => taking.delete(other)),
    ]);
    await this.#withinTimeout(Promise.all(traffic), answering, taking);
    return parts;
  }

  /** To be called before a `post` after a time without any: what came meanwhile is read. */
  async hear(): Promise<void> {
    // What came while this thread computed is read first (a whole round of events, begun by the first turn): it may say why the
    // run is over, of which a message to a rank that left would only say that it is gone.
    await nextTurn();
    await nextTurn();
  }

  /** Tells the others why the run ends, as far as they can be reached, and leaves. */
  async abort(error: Error): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const reason =
      error instanceof RankError ? error.message : `rank ${this.rank} ended the run: ${error.message}`;
    const told = this.#others.map((other) => this.#link.send(other, MESSAGE.abort, Buffer.from(reason)));
    await Promise.race([Promise.allSettled(told), delay(this.#farewell, undefined, { ref: false })]);
    await this.#link.close(false);
  }

  /** Waits for the others to be done too, and leaves. */
  async close(): Promise<void> {
    await this.exchange(() => null);
    this.#closed = true;
    await this.#link.close(true);
  }

  /** Beginning behind this one, so that not all send to the same rank at once. */
  get #others(): number[] {
    return Array.from({ length: this.size - 1 }, (_, index) => (this.rank + 1 + index) % this.size);
  }

  #take(from: number, kind: MessageKind, body: Uint8Array): void {
    if (kind === MESSAGE.data) this.#inboxes[from]?.put(body);
    else this.#fail(new RankError(Buffer.from(body).toString()));
  }

  #fail(error: RankError): void {
    this.#failure ??= error;
    this.#giveUp(this.#failure);
  }

  /** Ranks are in `answering` until they have answered, and in `taking` until they have taken what they were sent. */
  async #withinTimeout(
    work: Promise<unknown>,
    answering: ReadonlySet<number>,
    taking: ReadonlySet<number>,
  ): Promise<void> {
    const timer = setTimeout(() => {
      this.#farewell = SHORT_FAREWELL_MS;
      this.#fail(lateError(answering, taking, this.#timeout));
    }, 1000 * this.#timeout);
    try {
      await new Promise((resolve, reject) => {
        this.#giveUp = reject;
        work.then(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
      this.#giveUp = () => {};
    }
  }
}

function lateError(answering: ReadonlySet<number>, taking: ReadonlySet<number>, timeout: number): RankError {
  const silence = answering.size > 0 ? named(answering, 'not answered') : named(taking, 'taken nothing');
  return new RankError(
    `${silence} for ${timeout} s: it hangs or its network is down (distributed.timeout is how long is waited)`,
  );
}

function named(ranks: ReadonlySet<number>, what: string): string {
  const numbers = [...ranks].sort((a, b) => a - b);
  return numbers.length === 1 ? `rank ${numbers[0]} has ${what}` : `ranks ${numbers.join(', ')} have ${what}`;
}
