/**
 * One filler per entry among hosts. A claim is a key that expires unless its holder renews it, so one that is dead or cut
 * off blocks nobody for long. That a claim may be lost is no harm: then a value is computed twice, and is the same.
 */
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';

const EXPIRES_AFTER_MS = 10_000;
const RENEW_EVERY_MS = 3_000;

/** Asks the server; undefined when it did not answer. */
type Ask = <T>(question: (client: Redis) => Promise<T>) => Promise<T | undefined>;

export class SharedClaims {
  readonly #ask: Ask;
  readonly #store: Ask;
  readonly #token = randomBytes(12).toString('hex');
  readonly #held = new Set<string>();
  #renewal: NodeJS.Timeout | undefined;

  /** @param store asks for what a full server refuses */
  constructor(ask: Ask, store: Ask) {
    this.#ask = ask;
    this.#store = store;
  }

  /** True: ours to fill, until `release`; also when the server could not be asked. */
  async take(key: string): Promise<boolean> {
    const answer = await this.#store((client) => client.set(key, this.#token, 'PX', EXPIRES_AFTER_MS, 'NX'));
    if (answer === 'OK') {
      this.#held.add(key);
      this.#renewal ??= setInterval(() => this.#renew(), RENEW_EVERY_MS).unref();
    }
    return answer !== null;
  }

  async release(key: string): Promise<void> {
    if (!this.#held.delete(key)) return;
    if (this.#held.size === 0) this.stopRenewing();
    // Between the two another host may take over an expired claim: then two compute, as above.
    const holder = await this.#ask((client) => client.get(key));
    if (holder === this.#token) await this.#ask((client) => client.del(key));
  }

  stopRenewing(): void {
    clearInterval(this.#renewal);
    this.#renewal = undefined;
  }

  #renew(): void {
    for (const key of this.#held) void this.#ask((client) => client.pexpire(key, EXPIRES_AFTER_MS));
  }
}
