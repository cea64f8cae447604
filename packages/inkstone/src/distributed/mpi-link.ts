/** Ranks that an MPI launcher started, on any number of machines. */
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Link, LinkListener, MessageKind } from './link.js';
import type { MpiAddon } from './mpi-addon.js';
import { RankError } from './rank-error.js';

/** Looks for news in a row without finding any, before it pauses between them. */
const PATIENCE = 200;
const PAUSE_MS = 1;

interface Sending {
  readonly request: number;
  /** MPI reads it until the request is done. */
  readonly body: Uint8Array;
  readonly done: () => void;
}

interface Receiving {
  readonly request: number;
  readonly from: number;
  readonly kind: MessageKind;
  readonly body: Uint8Array;
}

type Place = Pick<Link, 'rank' | 'size'>;

/** Undefined when MPI has no answer after so many seconds. */
async function within<T>(seconds: number, ask: () => T | undefined): Promise<T | undefined> {
  const end = performance.now() + 1000 * seconds;
  for (;;) {
    const answer = ask();
    if (answer !== undefined || performance.now() > end) return answer;
    await delay(PAUSE_MS);
  }
}

/** MPI holds a thread, and an end of the process that is not sudden might wait for it. */
function endWithoutMpi(mpi: MpiAddon): void {
  process.once('exit', (code) => mpi.leave(code));
}

/** MPI moves bytes only when it is asked, so it is asked whenever this thread has nothing else to do. */
export class MpiLink implements Link {
  readonly rank: number;
  readonly size: number;
  readonly #mpi: MpiAddon;
  readonly #timeout: number;
  #sending: Sending[] = [];
  #receiving: Receiving[] = [];
  #closed = false;

  private constructor(mpi: MpiAddon, { rank, size }: Place, timeout: number) {
    this.#mpi = mpi;
    this.#timeout = timeout;
    this.rank = rank;
    this.size = size;
  }

  /**
   * @param timeout seconds that starting MPI may take, and ending it
   * @throws RankError when a rank does not come
   */
  static async join(mpi: MpiAddon, timeout: number): Promise<MpiLink> {
    mpi.init();
    const place = await within(timeout, () => mpi.joined());
    if (place !== undefined) return new MpiLink(mpi, place, timeout);
    endWithoutMpi(mpi);
    throw new RankError(
      `the ranks did not all come within ${timeout} s: one hangs before it joins, or its network is down ` +
        '(distributed.timeout is how long is waited)',
    );
  }

  listen(listener: LinkListener): void {
    this.#poll(listener).catch((error: Error) => {
      for (let rank = 0; rank < this.size; rank++) listener.onLost(rank, error.message);
    });
  }

  send(to: number, kind: MessageKind, body: Uint8Array): Promise<void> {
    return new Promise((done) => {
      this.#sending.push({ request: this.#mpi.send(to, kind, body), body, done });
    });
  }

  /** An end that is not clean takes down what is left of the other ranks, when this process has said why and ends. */
  async close(clean: boolean): Promise<void> {
    this.#closed = true;
    if (!clean) {
      process.once('exit', (code) => this.#mpi.abort(code));
      return;
    }
    this.#mpi.finalize();
    // A rank that hangs after it has said that it is done takes nothing from the run, so this is no error.
    const isOver = await within(this.#timeout, () => this.#mpi.finalized() || undefined);
    if (isOver === undefined) endWithoutMpi(this.#mpi);
  }

  async #poll(listener: LinkListener): Promise<void> {
    for (let idle = 0; !this.#closed; idle++) {
      if (this.#hasNews(listener)) idle = 0;
      // Nobody is kept alive only to look. An immediate without a reference would wait for the next timer of all, so the few
      // that come first have one.
      if (idle < PATIENCE) await nextTurn();
      else await delay(PAUSE_MS, undefined, { ref: false });
    }
  }

  #hasNews(listener: LinkListener): boolean {
    const before = this.#sending.length + this.#receiving.length;
    this.#sending = this.#sending.filter(({ request, done }) => {
      if (!this.#mpi.test(request)) return true;
      done();
      return false;
    });
    const found = this.#mpi.probe();
    if (found !== undefined) this.#receive(found);
    const late = new Set<number>();
    const unfinished: Receiving[] = [];
    for (const receiving of this.#receiving) {
      const { request, from, kind, body } = receiving;
      // A short message may be whole before a long one that was sent earlier.
      if (!late.has(from) && this.#mpi.test(request)) listener.onMessage(from, kind, body);
      else {
        late.add(from);
        unfinished.push(receiving);
      }
    }
    this.#receiving = unfinished;
    return found !== undefined || this.#sending.length + this.#receiving.length < before;
  }

  #receive([from, kind, length]: readonly [number, number, number]): void {
    const body = new Uint8Array(length);
    const request = this.#mpi.receive(from, kind, body);
    this.#receiving.push({ request, from, kind: kind as MessageKind, body });
  }
}
