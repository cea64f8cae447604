import type { z } from 'zod';
import type { Composed } from './compose.js';
import { abridged, ConfigError } from './config-error.js';
import { schemaKeys } from './schema.js';
import { keysIn, meantKey, type OtherWords, parentOf } from './suggest.js';
import { type ConfigValue, getPath, isTree } from './tree.js';

/**
 * The composed tree as the schema's typed object, defaults filled in. Throws one ConfigError with a line a mistake:
 * the key, the value, where it came from and what is allowed.
 */
export function validateConfig<Schema extends z.ZodType>(
  composed: Composed,
  schema: Schema,
  otherWords: OtherWords = {},
): z.output<Schema> {
  const result = schema.safeParse(composed.tree);
  if (result.success) return result.data;
  const known = [...schemaKeys(schema).keys()];
  const { issues } = result.error;
  // What a value of another type should have held besides helps nobody.
  const otherType = new Set(issues.filter(({ code }) => code === 'invalid_type').map(pathOf));
  const lines = issues
    .filter((issue) => issue.code === 'invalid_type' || !otherType.has(pathOf(issue)))
    .flatMap((issue) => describeIssue(issue, { composed, known, otherWords }));
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

const pathOf = ({ path }: z.core.$ZodIssue): string => path.join('.');

/** What messages are made from. */
interface Told {
  readonly composed: Composed;
  readonly known: readonly string[];
  readonly otherWords: OtherWords;
}

function describeIssue(issue: z.core.$ZodIssue, told: Told): string[] {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => describeUnknown(path === '' ? key : `${path}.${key}`, told));
  }
  const value = getPath(told.composed.tree, path);
  const from = value === undefined ? '' : origin(told.composed, path);
  const given =
    value === undefined
      ? 'is missing'
      : `= ${abridged(typeof value === 'number' ? String(value) : JSON.stringify(value))}`;
  const choice = `${path}.name`;
  const hint = typeof value === 'string' && told.known.includes(choice) ? `; write ${choice}=${value}` : '';
  return [`${abridged(path)} ${given}${from}: ${allowed(issue)}${hint}`];
}

function describeUnknown(path: string, told: Told): string {
  return `unknown key ${abridged(path)}${origin(told.composed, path)}; ${hintFor(path, told)}`;
}

function hintFor(path: string, { known, otherWords }: Told): string {
  // Overrides say a path in one word, files do not.
  if (known.includes(path))
    return `in a file, write ${path.replaceAll('.', ': {')}: …${path.replace(/[^.]/g, '').replaceAll('.', '}')}`;
  const meant = meantKey(path, known, otherWords);
  return meant === undefined
    ? `known keys here: ${keysIn(parentOf(path), known).join(', ')}`
    : `did you mean ${meant}?`;
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
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
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
  // A key that has a default may be left out, which is nothing that anybody writes.
  const shown = values.filter((value) => value !== undefined).map((value) => JSON.stringify(value));
  return `must be ${shown.length === 1 ? '' : 'one of '}${shown.join(', ')}`;
}

function article(noun: string): string {
  if (noun === 'boolean') return 'true or false';
  const name = noun === 'object' || noun === 'record' ? 'map of keys' : noun === 'array' ? 'list' : noun;
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}
