/** Ranks on one machine, a Unix socket for each two of them: the lower one listens, in a folder that all know, and the higher one calls. */
import { once } from 'node:events';
import { lstatSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { InputError, systemReason } from '../system/index.js';
import { FrameReader, frameHeader } from './frames.js';
import { type Link, type LinkListener, MESSAGE, type MessageKind } from './link.js';
import { RankError } from './rank-error.js';

export interface SocketPlace {
  /** Short: the path of a socket may have about 100 characters. */
  readonly folder: string;
  readonly rank: number;
  readonly size: number;
}

const RETRY_MS = 50;
/** The lower rank does not listen yet, or an earlier run left its socket. */
const NOT_YET = ['ENOENT', 'ECONNREFUSED'];

/** @throws RankError when a rank does not come within `timeout` seconds, InputError when the folder cannot be used */
export async function joinBySockets(place: SocketPlace, timeout: number): Promise<Link> {
  const failure = new AbortController();
  const { signal } = failure;
  // Not AbortSignal.any with AbortSignal.timeout: Node may collect that timer as garbage, and then it never ends (nodejs/node#57736).
  const timer = setTimeout(() => failure.abort(), 1000 * timeout);
  const others = Array.from({ length: place.size }, (_, other) => other).filter(
    (other) => other !== place.rank,
  );
  const joined = await Promise.allSettled(
    others.map(async (other) => {
      try {
        return [other, await socketTo(place, other, signal)] as const;
      } catch (cause) {
        if (!signal.aborted) {
          const why = `${place.folder}: ${systemReason(cause)}; it is where the ranks meet`;
          failure.abort(new InputError(why, { cause }));
        }
        if (signal.reason instanceof InputError) throw signal.reason;
        throw new RankError(`rank ${other} did not come within ${timeout} s`, { cause });
      }
    }),
  );
  clearTimeout(timer);
  const sockets = new Map(joined.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  for (const one of joined) {
    if (one.status === 'fulfilled') continue;
    for (const socket of sockets.values()) socket.destroy();
    throw one.reason;
  }
  return new SocketLink(place.rank, place.size, sockets);
}

async function socketTo({ folder, rank }: SocketPlace, other: number, signal: AbortSignal): Promise<Socket> {
  const path = join(folder, `${Math.min(rank, other)}-${Math.max(rank, other)}.sock`);
  const socket = rank < other ? await awaitCall(path, signal) : await call(path, signal);
  // What goes wrong before anybody listens is told by the end of the socket.
  socket.on('error', () => {});
  return socket;
}

async function awaitCall(path: string, signal: AbortSignal): Promise<Socket> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path);
  const server = createServer({ pauseOnConnect: true }).listen(path);
  try {
    const [socket] = (await once(server, 'connection', { signal })) as [Socket];
    return socket;
  } finally {
    // Removes the path too.
    server.close();
  }
}

async function call(path: string, signal: AbortSignal): Promise<Socket> {
  for (;;) {
    const socket = connect(path);
    try {
      await once(socket, 'connect', { signal });
      return socket.pause();
    } catch (error) {
      socket.destroy();
      if (!NOT_YET.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    await delay(RETRY_MS, undefined, { signal });
  }
}

class SocketLink implements Link {
  constructor(
    readonly rank: number,
    readonly size: number,
    /** By rank. */
    readonly sockets: ReadonlyMap<number, Socket>,
  ) {}

  listen({ onMessage, onLost }: LinkListener): void {
    for (const [from, socket] of this.sockets) {
      const frames = new FrameReader();
      socket.on('data', (chunk) => {
        for (const { kind, body } of frames.push(chunk)) onMessage(from, kind as MessageKind, body);
      });
      socket.on('close', () => onLost(from, 'its process ended (was it killed, or out of memory?)'));
      socket.resume();
    }
  }

  send(to: number, kind: MessageKind, body: Uint8Array): Promise<void> {
    const socket = this.sockets.get(to);
    if (socket === undefined || socket.closed) return Promise.resolve();
    return new Promise((resolve) => {
      socket.write(frameHeader(kind, body.length));
      if (kind === MESSAGE.data) socket.write(body, () => resolve());
      else {
        // Whoever is at work writes before it reads. If nobody read that, its write would fail, and with it go what it had not read: why the run ends.
        socket.once('close', () => resolve());
        socket.end(body);
      }
    });
  }

  async close(clean: boolean): Promise<void> {
    for (const socket of this.sockets.values()) {
      // Not `end`, which would wait for the other side to end too: one that hangs by now would keep this process for ever.
      if (clean) socket.destroySoon();
      else socket.destroy();
    }
  }
}
