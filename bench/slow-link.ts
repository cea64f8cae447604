/**
 * A link of a given speed between two ranks on this machine: two network namespaces, joined by a pair of virtual devices that
 * `tc tbf` slows. The ranks' sockets are relayed through it, so every byte between them crosses it by TCP. Root alone may do that.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RELAY = fileURLToPath(new URL('relay.mjs', import.meta.url));
/** Of a network that nothing outside the namespaces sees. */
const ADDRESSES = ['10.213.7.1', '10.213.7.2'] as const;
const DEVICE = 'ranks';
const PORT = 7007;
const SOCKET = '0-1.sock';

export class SlowLink {
  readonly #names = [0, 1].map((end) => `inkstone-${process.pid}-${end}`);
  readonly #relays: ChildProcess[] = [];
  /** Where each of two ranks meets the other. */
  readonly folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'inkstone-link-')));

  /** @param rate as tc has it, e.g. `1gbit` */
  static async open(rate: string): Promise<SlowLink> {
    const link = new SlowLink();
    try {
      link.#build(rate);
      const between = `${ADDRESSES[0]}:${PORT}`;
      await link.#relay(0, between, join(link.folders[0]!, SOCKET));
      await link.#relay(1, join(link.folders[1]!, SOCKET), between);
      return link;
    } catch (error) {
      link.close();
      throw error;
    }
  }

  close(): void {
    for (const relay of this.#relays) relay.kill();
    for (const name of this.#names) {
      try {
        ip('netns', 'del', name);
      } catch {
        // It was not made.
      }
    }
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }

  #build(rate: string): void {
    for (const name of this.#names) ip('netns', 'add', name);
    const [first, second] = this.#names as [string, string];
    ip('-n', first, 'link', 'add', 'name', DEVICE, 'type', 'veth', 'peer', 'name', DEVICE, 'netns', second);
    for (const [end, name] of this.#names.entries()) {
      ip('-n', name, 'addr', 'add', `${ADDRESSES[end]}/24`, 'dev', DEVICE);
      for (const device of ['lo', DEVICE]) ip('-n', name, 'link', 'set', device, 'up');
      const bucket = ['rate', rate, 'burst', '128kb', 'latency', '50ms'];
      execFileSync('tc', ['-n', name, 'qdisc', 'add', 'dev', DEVICE, 'root', 'tbf', ...bucket]);
    }
  }

  async #relay(end: number, from: string, to: string): Promise<void> {
    const words = ['netns', 'exec', this.#names[end]!, process.execPath, RELAY, from, to];
    const relay = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#relays.push(relay);
    await once(relay.stdout, 'data');
  }
}

const ip = (...words: string[]) => execFileSync('ip', words);
