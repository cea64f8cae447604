/** Where the server of the shared tier is. What is shown or kept of an address never holds its password. */
import { z } from 'zod';
import { InputError } from '../../system/index.js';

/** Instead of `shared.url`, and the only place for a password: a configuration is written into every run. */
export const ADDRESS_VARIABLE = 'INKSTONE_CACHE_URL';

const DEFAULT_PORT = 6379;
const FORM = 'redis://HOST:PORT, or rediss:// for TLS';

export interface SharedAddress {
  /** For people, e.g. `rediss://cache:6379/2`. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

export const sharedUrlSchema = z
  .string()
  .refine((text) => parseAddress(text) !== undefined, FORM)
  .refine(
    (text) => parseAddress(text)?.password === undefined,
    `no password, since runs keep their configuration: write the whole address into ${ADDRESS_VARIABLE}`,
  );

/** Undefined for what is no address of such a server. */
export function parseAddress(text: string): SharedAddress | undefined {
  const url = URL.canParse(text) ? new URL(text) : null;
  const db = url === null ? null : /^\/?(\d{0,5})$/.exec(url.pathname);
  if (url === null || db === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    name: `${url.protocol}//${url.host}${db[1] === '' ? '' : `/${db[1]}`}`,
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    db: Number(db[1]),
    tls: url.protocol === 'rediss:',
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
  };
}

/**
 * The server that a configuration means, or else the environment; undefined where none is named.
 *
 * @throws InputError for an address that cannot be one
 */
export function sharedAddress(
  url: string | null,
  environment: NodeJS.ProcessEnv = process.env,
): SharedAddress | undefined {
  const text = url ?? environment[ADDRESS_VARIABLE] ?? '';
  if (text === '') return undefined;
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw new InputError(`${ADDRESS_VARIABLE} is not the address of a shared cache: write ${FORM}`);
}
