import { ConfigError } from './config-error.js';
import type { SchemaKey } from './schema.js';
import { type ConfigTree, type ConfigValue, getPath, isTree, type Origins } from './tree.js';

const INTERPOLATION = /\$\{([^${}]+)\}/;
const WHOLE = /^\$\{([^${}]+)\}$/;

/**
 * Replaces every `${a.b}` by the value at that path, `${.x}` by a sibling, `${oc.env:NAME,default}` by an environment
 * variable. A value that is nothing but one reference takes the referenced value's type; a key that nobody has set has
 * its default in `keys`. Returns a new tree.
 */
export function interpolate(
  tree: ConfigTree,
  origins: Origins,
  keys: ReadonlyMap<string, SchemaKey>,
): ConfigTree {
  const resolve = (value: ConfigValue, path: string, pending: readonly string[]): ConfigValue => {
    if (Array.isArray(value)) return value.map((item) => resolve(item, path, pending));
    if (isTree(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          resolve(item, path === '' ? key : `${path}.${key}`, pending),
        ]),
      );
    }
    if (typeof value !== 'string') return value;
    let text = value;
    for (;;) {
      const whole = WHOLE.exec(text);
      if (whole !== null) return lookUp(whole[1] as string, path, pending);
      const part = INTERPOLATION.exec(text);
      if (part === null) return text;
      const found = lookUp(part[1] as string, path, pending);
      if (typeof found === 'object' && found !== null) {
        throw new ConfigError(`${describe(path, origins)}: \${${part[1]}} is no single value`);
      }
      text = text.slice(0, part.index) + String(found) + text.slice(part.index + part[0].length);
    }
  };

  const lookUp = (expression: string, at: string, pending: readonly string[]): ConfigValue => {
    const env = /^oc\.env:([^,]+)(?:,(.*))?$/.exec(expression);
    if (env !== null) {
      const found = process.env[env[1] as string] ?? env[2];
      if (found !== undefined) return found;
      throw new ConfigError(`${describe(at, origins)}: the environment variable ${env[1]} is not set`);
    }
    const target = absolute(expression.trim(), at);
    if (pending.includes(target) || target === at) {
      throw new ConfigError(`${describe(at, origins)}: \${${expression}} refers to itself`);
    }
    const found = getPath(tree, target) ?? (keys.get(target)?.default as ConfigValue | undefined);
    if (found === undefined) {
      throw new ConfigError(`${describe(at, origins)}: \${${expression}} names no key of the configuration`);
    }
    return resolve(found, target, [...pending, at]);
  };

  return resolve(tree, '', []) as ConfigTree;
}

/** A leading dot means the map that holds the key, each further dot one level up. */
function absolute(reference: string, at: string): string {
  const dots = /^\.*/.exec(reference)?.[0].length ?? 0;
  if (dots === 0) return reference;
  const base = at.split('.').slice(0, -dots);
  return [...base, reference.slice(dots)].join('.');
}

function describe(path: string, origins: Origins): string {
  const origin = origins.of(path);
  return origin === undefined ? path : `${path} (from ${origin})`;
}
