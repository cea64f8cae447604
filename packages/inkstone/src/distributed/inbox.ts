/** What came from one rank and was not asked for yet. */
export class Inbox {
  readonly #messages: Uint8Array[] = [];
  #lost: Error | undefined;
  #waiting: { resolve(message: Uint8Array): void; reject(error: Error): void } | undefined;

  /** The next message. Rejects when the rank is lost and all that it had sent is read. One at a time may be waited for. */
  next(): Promise<Uint8Array> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  put(message: Uint8Array): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#messages.push(message);
    else waiting.resolve(message);
  }

  lose(error: Error): void {
    this.#lost ??= error;
    this.#waiting?.reject(this.#lost);
    this.#waiting = undefined;
  }
}
