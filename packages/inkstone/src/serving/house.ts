/** How many requests are in the server at one time, and whose turn it is. */
export class House {
  readonly #places: number;
  #inside = 0;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param places requests whose images may be held in memory at one time, the one that is worked on among them */
  constructor(places: number) {
    this.#places = places;
  }

  get inside(): number {
    return this.#inside;
  }

  /** Takes a place as long as `visit` runs. Undefined, without running it, when all are taken. */
  enter<T>(visit: () => Promise<T>): Promise<T> | undefined {
    if (this.#inside >= this.#places) return undefined;
    this.#inside += 1;
    return visit().finally(() => {
      this.#inside -= 1;
    });
  }

  /** Runs `work` when all earlier work is done: one image at a time uses every core already. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
