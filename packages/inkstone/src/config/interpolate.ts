import { abridged, ConfigError } from './config-error.js';
import { MAX_DEPTH, MAX_EXPANSION } from './limits.js';
import type { SchemaKey } from './schema.js';
import { type ConfigTree, type ConfigValue, getPath, isTree, type Origins } from './tree.js';

const INTERPOLATION = /\$\{([^${}]+)\}/;
const WHOLE = /^\$\{([^${}]+)\}$/;

/**
 * Replaces every `${a.b}` by the value at that path, `${.x}` by a sibling, `${oc.env:NAME,default}` by an environment
 * variable. A value that is nothing but one reference takes the referenced value's type; a key that nobody has set has
 * its default in `keys`. Returns a new tree. References may repeat what holds references: all that they come to is bounded.
 */
export function interpolate(
  tree: ConfigTree,
  origins: Origins,
  keys: ReadonlyMap<string, SchemaKey>,
): ConfigTree {
  let expansion = 0;

  /** @param pending where the references stand that have led here */
  const resolve = (
    value: ConfigValue,
    path: string,
    pending: readonly string[],
    depth: number,
  ): ConfigValue => {
    if (depth > MAX_DEPTH) fail(path, `holds values or references more than ${MAX_DEPTH} deep`);
    spend(1, path);
    if (Array.isArray(value)) return value.map((item) => resolve(item, path, pending, depth + 1));
    if (isTree(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          resolve(item, path === '' ? key : `${path}.${key}`, pending, depth + 1),
        ]),
      );
    }
    if (typeof value !== 'string') return value;
    let text = value;
    for (;;) {
      const whole = WHOLE.exec(text);
      if (whole !== null) return lookUp(whole[1] as string, path, pending, depth);
      const part = INTERPOLATION.exec(text);
      if (part === null) return text;
      const found = lookUp(part[1] as string, path, pending, depth);
      if (typeof found === 'object' && found !== null) fail(path, `${abridged(part[0])} is no single value`);
      text = text.slice(0, part.index) + String(found) + text.slice(part.index + part[0].length);
      spend(text.length, path);
    }
  };

  const lookUp = (expression: string, at: string, pending: readonly string[], depth: number): ConfigValue => {
    const env = /^oc\.env:([^,]+)(?:,(.*))?$/.exec(expression);
    if (env !== null) {
      return (
        process.env[env[1] as string] ?? env[2] ?? fail(at, `the environment variable ${env[1]} is not set`)
      );
    }
    const reference = abridged(`\${${expression}}`);
    const target = absolute(expression.trim(), at);
    const chain = [...pending, at];
    if (chain.some((place) => isWithin(place, target))) fail(at, `${reference} refers to itself`);
    const given = getPath(tree, target);
    const found = given === undefined ? (keys.get(target)?.default as ConfigValue | undefined) : given;
    if (found === undefined) return fail(at, `${reference} names no key of the configuration`);
    return resolve(found, target, chain, depth + 1);
  };

  const spend = (amount: number, path: string): void => {
    expansion += amount;
    if (expansion > MAX_EXPANSION) fail(path, 'its references repeat one another without end, or nearly');
  };

  const fail = (path: string, problem: string): never => {
    const origin = origins.of(path);
    throw new ConfigError(`${abridged(path)}${origin === undefined ? '' : ` (from ${origin})`}: ${problem}`);
  };

  return resolve(tree, '', [], 0) as ConfigTree;
}

/** A map holds every key below it, and the empty path is the whole tree. */
const isWithin = (path: string, map: string): boolean =>
  map === '' || path === map || path.startsWith(`${map}.`);

/** A leading dot means the map that holds the key, each further dot one level up. */
function absolute(reference: string, at: string): string {
  const dots = /^\.*/.exec(reference)?.[0].length ?? 0;
  if (dots === 0) return reference;
  const key = reference.slice(dots);
  return [...at.split('.').slice(0, -dots), ...(key === '' ? [] : [key])].join('.');
}
