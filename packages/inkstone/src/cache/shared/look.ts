/** How the server of the shared tier is doing, asked once. */
import { systemReason } from '../../system/index.js';
import { sharedAddress } from './address.js';
import { Connection } from './connection.js';

const TIMEOUT_MS = 3_000;

export type SharedReport =
  | {
      readonly server: string;
      readonly usable: true;
      readonly usedBytes: number;
      /** Above it the server drops entries or stores nothing, by its policy; 0: no bound. */
      readonly maxBytes: number;
      readonly policy: string;
    }
  | { readonly server: string; readonly usable: false; readonly reason: string };

/** Null where no server is named, by `url` or by the environment. @throws InputError as `sharedAddress` and `loadClient` */
export async function lookAtShared(url: string | null): Promise<SharedReport | null> {
  const address = sharedAddress(url);
  if (address === undefined) return null;
  const connection = new Connection(address, TIMEOUT_MS);
  try {
    const info = await connection.ask((client) => client.info('memory'));
    const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    return {
      server: address.name,
      usable: true,
      usedBytes: Number(field('used_memory')),
      maxBytes: Number(field('maxmemory')),
      policy: field('maxmemory_policy'),
    };
  } catch (error) {
    return { server: address.name, usable: false, reason: systemReason(error) };
  } finally {
    connection.close();
  }
}
