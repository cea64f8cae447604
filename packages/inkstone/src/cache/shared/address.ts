/** Where the server of the shared tier is. What is shown or kept of an address never holds its password. */
import { z } from 'zod';
import { credentialsOf, InputError } from '../../system/index.js';

/** Instead of `shared.url`, and the only place for a password: a configuration is written into every run. */
export const ADDRESS_VARIABLE = 'INKSTONE_CACHE_URL';

const DEFAULT_PORT = 6379;
const FORM = 'redis://HOST:PORT, or rediss:// for TLS';
/** What the environment's address may hold besides. */
const PASSWORD_FORM = 'a % in its password is written %25';

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
  const credentials = credentialsOf(url);
  if (credentials === undefined) return undefined;
  const { username, password } = credentials;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    name: `${url.protocol}//${url.host}${db[1] === '' ? '' : `/${db[1]}`}`,
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    db: Number(db[1]),
    tls: url.protocol === 'rediss:',
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
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
  throw new InputError(
    `${ADDRESS_VARIABLE} is not the address of a shared cache: write ${FORM}; ${PASSWORD_FORM}`,
  );
}
