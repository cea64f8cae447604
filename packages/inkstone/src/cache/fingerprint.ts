/**
 * The fingerprint decides what may be read: a hash over a plain description of everything that shapes a cached value.
 * The description itself is kept beside the entries, so that a mismatch can be explained in words.
 */
import { createHash } from 'node:crypto';
import type { Json, JsonObject } from './types.js';

const FINGERPRINT_DIGITS = 16;

/** JSON with sorted keys, so that equal descriptions are equal texts. Throws on what JSON cannot hold exactly. */
export function canonicalJson(value: Json, path = 'description'): string {
  if (Array.isArray(value)) return `[${value.map((v, i) => canonicalJson(v, `${path}[${i}]`)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v, `${path}.${k}`)}`).join(',')}}`;
  }
  const plain = value === null || ['string', 'boolean'].includes(typeof value);
  if (!plain && !(typeof value === 'number' && Number.isFinite(value))) {
    throw new TypeError(`The cache cannot fingerprint ${path}: ${String(value)} is not plain JSON`);
  }
  return JSON.stringify(value);
}

/** 16 hex digits that differ whenever the descriptions do. */
export function fingerprintOf(description: JsonObject): string {
  return createHash('sha256').update(canonicalJson(description)).digest('hex').slice(0, FINGERPRINT_DIGITS);
}

/** What changed from one description to another, e.g. `["transforms.resize.size 640 → 736"]`. */
export function describeChanges(before: Json | undefined, after: Json | undefined, path = ''): string[] {
  if (before === undefined) return [`${path} added`];
  if (after === undefined) return [`${path} removed`];
  if (canonicalJson(before) === canonicalJson(after)) return [];
  const left = fieldsOf(before);
  const right = fieldsOf(after);
  if (!left || !right) return [`${path} ${show(before)} → ${show(after)}`];
  const keys = [...new Set([...left.keys(), ...right.keys()])];
  const changes = keys.flatMap((key) =>
    describeChanges(left.get(key), right.get(key), path ? `${path}.${key}` : key),
  );
  return changes.length > 0 ? changes : [`${path}: another order`];
}

/** Fields of an object, or of a list by the `name` of its items (a chain of transforms) or by position. */
function fieldsOf(value: Json): Map<string, Json> | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value as JsonObject));
  const names = value.map((item: Json, i) => {
    const name = item !== null && typeof item === 'object' ? (item as JsonObject).name : undefined;
    return typeof name === 'string' ? name : String(i);
  });
  if (new Set(names).size < names.length) return new Map(value.map((item: Json, i) => [String(i), item]));
  return new Map(value.map((item: Json, i) => [names[i], item]));
}

function show(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}
