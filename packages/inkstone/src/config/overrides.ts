import { abridged, ConfigError } from './config-error.js';
import { MAX_TEXT_LENGTH } from './limits.js';
import type { ConfigValue } from './tree.js';
import { parseValue } from './value-parser.js';

/** One word of the command line after `train`, taken apart. */
export type Override =
  | { readonly kind: 'set'; readonly key: string; readonly value: ConfigValue; readonly text: string }
  | { readonly kind: 'delete'; readonly key: string; readonly text: string };

const KEY = /^[A-Za-z_@][\w@/-]*(\.[\w-]+)*$/;

/** `key=value`, `+key=value` and `++key=value` set; `~key` (and `~key=value`) delete. */
export function parseOverride(text: string): Override {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new ConfigError(`"${abridged(text)}": no override is longer than ${MAX_TEXT_LENGTH} characters`);
  }
  const deletes = text.startsWith('~');
  const body = deletes ? text.slice(1) : text.replace(/^\+{1,2}/, '');
  const equals = body.indexOf('=');
  const key = (equals < 0 ? body : body.slice(0, equals)).trim();
  if (!KEY.test(key) || key.includes('__proto__')) {
    throw new ConfigError(
      `"${abridged(text)}" is no override; write key=value, group=choice, +key=value or ~key`,
    );
  }
  if (deletes) return { kind: 'delete', key, text };
  if (equals < 0) throw new ConfigError(`"${abridged(text)}" has no value; write ${abridged(key)}=value`);
  try {
    return { kind: 'set', key, value: parseValue(body.slice(equals + 1)), text };
  } catch (error) {
    throw new ConfigError(`cannot read the override "${abridged(text)}": ${(error as Error).message}`);
  }
}
