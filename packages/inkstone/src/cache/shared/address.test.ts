import { afterEach, expect, it, vi } from 'vitest';
import { cacheConfigSchema, fingerprintMode } from '../config.js';
import { parseAddress, sharedAddress, sharedUrlSchema } from './address.js';

afterEach(() => vi.unstubAllEnvs());

it.each([
  ['redis://cache', { name: 'redis://cache', host: 'cache', port: 6379, db: 0, tls: false }],
  ['rediss://cache:7000/2', { name: 'rediss://cache:7000/2', host: 'cache', port: 7000, db: 2, tls: true }],
  ['redis://[::1]:7000', { name: 'redis://[::1]:7000', host: '::1', port: 7000, db: 0, tls: false }],
  [
    'redis://me:p%40ss@cache',
    { name: 'redis://cache', host: 'cache', port: 6379, db: 0, tls: false, username: 'me', password: 'p@ss' },
  ],
])('%s', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

it.each(['cache:6379', 'http://cache', 'redis://', 'redis://cache/name', 'redis://:50%@cache', ''])(
  '%j is no address',
  (text) => {
    expect(parseAddress(text)).toBeUndefined();
  },
);

it('a password belongs in the environment, and is told nowhere', () => {
  const { error } = sharedUrlSchema.safeParse('redis://:secret@cache');
  expect(error?.issues[0]?.message).toContain('write the whole address into INKSTONE_CACHE_URL');
  vi.stubEnv('INKSTONE_CACHE_URL', 'redis//:secret@cache');
  expect(() => sharedAddress(null)).toThrow(
    /^INKSTONE_CACHE_URL is not the address of a shared cache: [^@]*$/,
  );
});

it('files are recognised by content where hosts share a cache, unless told otherwise', () => {
  const mode = (config: object) => fingerprintMode(cacheConfigSchema.parse(config));
  vi.stubEnv('INKSTONE_CACHE_URL', '');
  expect(mode({})).toBe('stat');
  expect(mode({ shared: { url: 'redis://cache' } })).toBe('content');
  expect(mode({ shared: { url: 'redis://cache' }, fingerprint: 'stat' })).toBe('stat');
  vi.stubEnv('INKSTONE_CACHE_URL', 'redis://:secret@cache');
  expect(mode({})).toBe('content');
});
