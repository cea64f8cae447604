/**
 * YAML from outside as plain data of bounded size. Tokens are counted before anything walks over them: YAML's own composer
 * calls itself for every level of nesting, where a file of brackets ends the process, and compares every key with all others.
 */
import { type CST, type Document, Parser } from 'yaml';
import { abridged, ConfigError } from './config-error.js';
import { MAX_DEPTH, MAX_NODES, MAX_TEXT_LENGTH } from './limits.js';
import { type ConfigTree, type ConfigValue, isTree } from './tree.js';

/** Throws ConfigError for a text that nests deeper, or holds more, than a configuration does. */
export function checkTokens(text: string, file: string): void {
  const open: (readonly [CST.Token, number])[] = [];
  let nodes = 0;
  for (const token of new Parser().parse(text)) open.push([token, 0]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [token, depth] = next;
    nodes += 1;
    if (nodes > MAX_NODES) throw new ConfigError(`${file}: ${TOO_MANY}`);
    if (depth > MAX_DEPTH) throw new ConfigError(`${file}: ${TOO_DEEP}`);
    if (token.type === 'document' && token.value) open.push([token.value, depth]);
    for (const { key, value } of 'items' in token ? token.items : []) {
      if (key) open.push([key, depth + 1]);
      if (value) open.push([value, depth + 1]);
    }
  }
}

/** The document's keys and values, aliases followed. Throws ConfigError for what is no plain data, or too much of it. */
export function plainTree(document: Document, file: string): ConfigTree {
  const value: unknown = toPlain(document, file) ?? {};
  if (!isTree(value)) throw new ConfigError(`${file}: expected keys and values`);
  let nodes = 0;
  const check = (value: unknown, path: string, depth: number): void => {
    const fail = (problem: string): never => {
      throw new ConfigError(path === '' ? `${file}: ${problem}` : `${file}: ${abridged(path)}: ${problem}`);
    };
    nodes += 1;
    if (nodes > MAX_NODES)
      fail(`a configuration has at most ${MAX_NODES} values, with those that aliases repeat`);
    // Aliases may lead back to where they stand.
    if (depth > MAX_DEPTH) fail(TOO_DEEP);
    if (typeof value === 'string' && value.length > MAX_TEXT_LENGTH) fail(TOO_LONG);
    if (Array.isArray(value)) {
      for (const item of value) check(item, path, depth + 1);
    } else if (isPlain(value)) {
      for (const [key, item] of Object.entries(value)) {
        if (key === '' || key === '__proto__') fail(`no key may be called "${key}"`);
        if (key.length > MAX_TEXT_LENGTH) fail(TOO_LONG);
        check(item, path === '' ? key : `${path}.${key}`, depth + 1);
      }
    } else if (typeof value === 'object' && value !== null) {
      fail('only maps, lists, texts, numbers, true, false and null mean something here');
    }
  };
  check(value, '', 0);
  return value;
}

const TOO_MANY = `a configuration has at most ${MAX_NODES} keys and values, with those that aliases repeat`;
const TOO_DEEP = `holds itself, or maps and lists more than ${MAX_DEPTH} deep`;
const TOO_LONG = `no key and no value is longer than ${MAX_TEXT_LENGTH} characters`;

function toPlain(document: Document, file: string): ConfigValue {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases that name nothing, or multiply.
    throw new ConfigError(`${file}: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** YAML 1.1 has dates, sets and ordered maps besides. */
const isPlain = (value: unknown): value is ConfigTree =>
  isTree(value) && Object.getPrototypeOf(value) === Object.prototype;
