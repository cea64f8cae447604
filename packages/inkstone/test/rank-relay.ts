/** A link between two ranks that can be cut: neither side hears that it was. For tests. */
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const SOCKET = '0-1.sock';

export class RankRelay {
  readonly #sockets: Socket[] = [];
  readonly #server: Server;

  private constructor(
    /** Where rank 1 of two meets rank 0. */
    readonly folder: string,
    meeting: string,
  ) {
    this.#server = createServer(async (near) => {
      const far = await reach(join(meeting, SOCKET));
      this.#sockets.push(near, far);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.pipe(to);
        from.on('error', () => {});
        from.on('close', () => to.destroy());
      }
    });
  }

  /** @param meeting where rank 0 waits */
  static async start(below: string, meeting: string): Promise<RankRelay> {
    const relay = new RankRelay(mkdtempSync(join(below, 'relay-')), meeting);
    relay.#server.listen(join(relay.folder, SOCKET));
    await once(relay.#server, 'listening');
    return relay;
  }

  cut(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.pause();
      socket.removeAllListeners('close');
    }
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Rank 0 may not listen yet. */
async function reach(path: string): Promise<Socket> {
  for (;;) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      await setTimeout(20);
    }
  }
}
