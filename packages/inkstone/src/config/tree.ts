/**
 * The composed configuration as plain data, and where each of its values came from.
 *
 * A path is written with dots, `trainer.max_epochs`; list elements are leaves and have no path of their own.
 */
import { abridged, ConfigError } from './config-error.js';
import { MAX_DEPTH } from './limits.js';

export type ConfigValue = null | boolean | number | string | ConfigValue[] | ConfigTree;
export interface ConfigTree {
  [key: string]: ConfigValue;
}

export function isTree(value: unknown): value is ConfigTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every value of a tree that holds no others, by its path. */
export function leaves(tree: object, prefix = ''): Map<string, unknown> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      isTree(value) ? [...leaves(value, `${prefix}${key}.`)] : [[`${prefix}${key}`, value] as const],
    ),
  );
}

export function splitPath(path: string): string[] {
  return path === '' ? [] : path.split('.');
}

/** The value at `path`, or undefined when there is none. */
export function getPath(tree: ConfigTree, path: string): ConfigValue | undefined {
  let value: ConfigValue | undefined = tree;
  for (const key of splitPath(path)) {
    if (!isTree(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

export interface Origin {
  /** E.g. `configs/trainer/default.yaml:3` or `the override "a.b=1"`. */
  readonly place: string;
  /** The value as it was written, where that is one word: tells `1.0` from `1`. */
  readonly spelling?: string | undefined;
}

/** Remembers for every path who wrote it last. */
export class Origins {
  readonly #origins = new Map<string, Origin>();

  set(path: string, origin: Origin): void {
    this.#origins.set(path, origin);
  }

  /** The place of `path` or of the nearest parent that has one. */
  of(path: string): string | undefined {
    for (let keys = splitPath(path); keys.length > 0; keys = keys.slice(0, -1)) {
      const origin = this.#origins.get(keys.join('.'));
      if (origin !== undefined) return origin.place;
    }
    return undefined;
  }

  spelling(path: string): string | undefined {
    return this.#origins.get(path)?.spelling;
  }
}

/**
 * Merges `value` into `tree` at `path`, in place: maps merge key by key, anything else replaces what was there.
 * `originOf(path)` is asked for every leaf written.
 */
export function mergeAt(
  tree: ConfigTree,
  path: string,
  value: ConfigValue,
  origins: Origins,
  originOf: (path: string) => Origin,
): void {
  const keys = splitPath(path);
  if (keys.length > MAX_DEPTH)
    throw new ConfigError(`${abridged(path)}: no key lies more than ${MAX_DEPTH} maps deep`);
  if (keys.length === 0) {
    if (!isTree(value)) throw new TypeError('only a map can be merged into the root');
    mergeInto(tree, '', value, origins, originOf);
    return;
  }
  let parent = tree;
  for (const [depth, key] of keys.slice(0, -1).entries()) {
    const present = (Object.hasOwn(parent, key) ? parent[key] : null) ?? null;
    if (present !== null && !isTree(present)) {
      // Replaced by a map, the value would be lost without a word.
      const above = keys.slice(0, depth + 1).join('.');
      throw new ConfigError(
        `${abridged(path)} (from ${originOf(path).place}) cannot be set: ${abridged(above)} = ${abridged(JSON.stringify(present))} (from ${origins.of(above)}) is no map of keys`,
      );
    }
    if (present === null) define(parent, key, {});
    parent = parent[key] as ConfigTree;
  }
  assign(parent, keys.at(-1) as string, path, value, origins, originOf);
}

function mergeInto(
  target: ConfigTree,
  prefix: string,
  source: ConfigTree,
  origins: Origins,
  originOf: (path: string) => Origin,
): void {
  for (const [key, value] of Object.entries(source)) {
    assign(target, key, prefix === '' ? key : `${prefix}.${key}`, value, origins, originOf);
  }
}

function assign(
  parent: ConfigTree,
  key: string,
  path: string,
  value: ConfigValue,
  origins: Origins,
  originOf: (path: string) => Origin,
): void {
  origins.set(path, originOf(path));
  if (!isTree(value)) {
    define(parent, key, value);
    return;
  }
  const present = Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (!isTree(present)) define(parent, key, {});
  mergeInto(parent[key] as ConfigTree, path, value, origins, originOf);
}

/** Plain assignment would let a key named `__proto__` reach the prototype. */
function define(parent: ConfigTree, key: string, value: ConfigValue): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
}
