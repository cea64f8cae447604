import type { z } from 'zod';
import type { Composed } from './compose.js';
import { abridged, ConfigError } from './config-error.js';
import { schemaKeys } from './schema.js';
import { nearest } from './suggest.js';
import { type ConfigValue, getPath, isTree } from './tree.js';

/**
 * The composed tree as the schema's typed object, defaults filled in. Throws one ConfigError with a line a mistake:
 * the key, the value, where it came from and what is allowed.
 */
export function validateConfig<Schema extends z.ZodType>(
  composed: Composed,
  schema: Schema,
): z.output<Schema> {
  const result = schema.safeParse(composed.tree);
  if (result.success) return result.data;
  const known = [...schemaKeys(schema).keys()];
  const lines = result.error.issues.flatMap((issue) => describeIssue(issue, composed, known));
  throw new ConfigError(lines);
}

/** What is set and was left out by the schema: keys that mean nothing (any more), or nothing beside the choices made. */
export function keysWithoutEffect(composed: Composed, config: unknown): string[] {
  const visit = (given: ConfigValue, used: unknown, path: string): string[] => {
    if (used === undefined) return [path];
    if (!isTree(given) || !isTree(used)) return [];
    return Object.entries(given).flatMap(([key, value]) =>
      visit(value, used[key], path === '' ? key : `${path}.${key}`),
    );
  };
  return visit(composed.tree, config, '');
}

function describeIssue(issue: z.core.$ZodIssue, composed: Composed, known: readonly string[]): string[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => describeUnknown(path === '' ? key : `${path}.${key}`, composed, known));
  }
  const value = getPath(composed.tree, path);
  const from = value === undefined ? '' : origin(composed, path);
  const given = value === undefined ? 'is missing' : `= ${abridged(JSON.stringify(value))}`;
  return [`${abridged(path)} ${given}${from}: ${allowed(issue)}`];
}

function describeUnknown(path: string, composed: Composed, known: readonly string[]): string {
  const keys = path.split('.');
  const last = keys.at(-1) as string;
  const parent = keys.slice(0, -1).join('.');
  const siblings = known.filter((candidate) => candidate.split('.').slice(0, -1).join('.') === parent);
  const names = siblings.map((candidate) => candidate.split('.').at(-1) as string);
  // A slip in the last word first, then the right word in the wrong place, then a slip in the whole path.
  const near = nearest(last, names);
  const meant =
    (near === undefined ? undefined : parent === '' ? near : `${parent}.${near}`) ??
    known.find((candidate) => candidate.endsWith(`.${last}`)) ??
    nearest(path, known);
  const hint = meant === undefined ? `known keys here: ${names.join(', ')}` : `did you mean ${meant}?`;
  return `unknown key ${abridged(path)}${origin(composed, path)}; ${hint}`;
}

function origin(composed: Composed, path: string): string {
  const from = composed.origins.of(path);
  return from === undefined ? '' : ` (from ${from})`;
}

/** What the schema would have taken, in words. */
function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected === 'int' ? 'a whole number' : article(issue.expected)}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `must not have fewer than ${issue.minimum} ${issue.origin === 'array' ? 'elements' : 'characters'}`
        : `must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `must not have more than ${issue.maximum} ${issue.origin === 'array' ? 'elements' : 'characters'}`
        : `must be ${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}`;
    case 'invalid_union': {
      const branches = issue.errors.flatMap((errors) => errors.slice(0, 1).map(allowed));
      return branches.length === 0
        ? oneOf('options' in issue ? (issue.options ?? []) : [])
        : [...new Set(branches)].join(', or ');
    }
    default:
      return issue.message;
  }
}

function oneOf(values: readonly unknown[]): string {
  const shown = values.map((value) => JSON.stringify(value));
  return `must be ${shown.length === 1 ? '' : 'one of '}${shown.join(', ')}`;
}

function article(noun: string): string {
  const name = noun === 'object' || noun === 'record' ? 'map of keys' : noun === 'array' ? 'list' : noun;
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}
