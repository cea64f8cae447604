/** A connection to the server that is made when it is needed, and given up as soon as an answer is late. */
import type { Redis } from 'ioredis';
import { InputError, systemReason } from '../../system/index.js';
import type { SharedAddress } from './address.js';

/** @throws InputError when the package is not installed */
export async function loadClient(): Promise<typeof Redis> {
  try {
    return (await import('ioredis')).Redis;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new InputError('a shared cache needs the package ioredis: npm install ioredis');
  }
}

/** Of a time-out. */
const TICKS = 10;

export class Connection {
  readonly #address: SharedAddress;
  readonly #timeoutMs: number;
  #client: Redis | undefined;
  #connecting: Promise<Redis> | undefined;

  constructor(address: SharedAddress, timeoutMs: number) {
    this.#address = address;
    this.#timeoutMs = timeoutMs;
  }

  /** Rejects when there is no answer in time; then the next question makes a new connection. */
  async ask<T>(question: (client: Redis) => Promise<T>): Promise<T> {
    await loadClient();
    let timer: NodeJS.Timeout | undefined;
    let ticks = 0;
    const late = new Promise<never>((_, reject) => {
      // While this thread computes, no tick comes and no answer is read: such time does not count.
      timer = setInterval(() => {
        ticks += 1;
        if (ticks === TICKS) reject(new Error(`no answer within ${this.#timeoutMs} ms`));
      }, this.#timeoutMs / TICKS);
    });
    try {
      const answer = this.#connected().then(question);
      // It may fail after its time, when nobody listens any more.
      answer.catch(() => {});
      return await Promise.race([answer, late]);
    } catch (error) {
      if (!isReply(error as Error)) this.close();
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  close(): void {
    this.#client?.disconnect();
    this.#client = undefined;
    this.#connecting = undefined;
  }

  #connected(): Promise<Redis> {
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  async #connect(): Promise<Redis> {
    const Client = await loadClient();
    const { name: _, tls, ...address } = this.#address;
    const client = new Client({
      ...address,
      // A certificate names a host, never an address.
      ...(tls && { tls: { ...(/^[\d.]+$|:/.test(address.host) ? {} : { servername: address.host }) } }),
      lazyConnect: true,
      // Trying again is the circuit's business.
      retryStrategy: null,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      disableClientInfo: true,
      // What servers of old understand too.
      protocol: 2,
    });
    let trouble: Error | undefined;
    client.on('error', (error: Error) => {
      trouble = error;
    });
    client.on('end', () => {
      if (this.#client === client) this.close();
    });
    this.#client = client;
    try {
      await client.connect();
    } catch (error) {
      if (this.#client === client) this.close();
      // What it rejects with may say only that the connection is closed. A wrong password is no reply to a question.
      throw new Error(systemReason(trouble ?? error));
    }
    // An idle connection keeps no program alive; one that is waited for has a timer that does.
    client.stream.unref();
    return client;
  }
}

/** The server answered, and said no. */
export const isReply = (error: Error): boolean => error.name === 'ReplyError';
