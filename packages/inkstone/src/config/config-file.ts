/** One YAML file: its values, the lines of its keys, and what it says of its place in a configuration. */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { isMap, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { systemReason } from '../system/index.js';
import { ConfigError } from './config-error.js';
import { MAX_FILE_BYTES } from './limits.js';
import { checkTokens, plainTree } from './plain-tree.js';
import { type ConfigTree, type ConfigValue, isTree, type Origin } from './tree.js';

/** A name in a `defaults` list: a parent file, a group's choice or choices, or the file's own content. */
export type DefaultsEntry =
  | { readonly kind: 'self' }
  | { readonly kind: 'parent'; readonly name: string }
  | { readonly kind: 'group'; readonly group: string; readonly chosen: readonly string[] };

/** Values and where they come from. */
export interface ConfigLayer {
  readonly content: ConfigTree;
  /** Place and spelling of a key by its path inside the content. */
  originOf(path: string): Origin;
}

/** Origins are `file:line`. */
export interface ConfigFile extends ConfigLayer {
  readonly file: string;
  readonly defaults?: readonly DefaultsEntry[] | undefined;
  /** From a first line `# @package data`; undefined: the file's group names the place. */
  readonly package?: string | undefined;
}

/** Reads one YAML file with the lines of its keys. Throws ConfigError with `file:line`. */
export function readConfigFile(file: string): ConfigFile {
  const name = shown(file);
  const text = readText(file, name);
  checkTokens(text, name);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const line = problem.linePos?.[0].line ?? 1;
    const reason =
      problem.code === 'MULTIPLE_DOCS'
        ? 'a second document begins here; a configuration is one'
        : problem.message.split('\n')[0]?.replace(/ at line.*$/, '');
    throw new ConfigError(`${name}:${line}: ${reason}`);
  }
  const origins = new Map<string, Origin>();
  collectOrigins(document.contents, '', name, lines, origins);
  const { defaults, ...content } = plainTree(document, name);
  const header = /^#\s*@package\s+(\S+)/.exec(text.slice(0, text.indexOf('\n') + 1));
  return {
    file: name,
    content,
    defaults: defaults === undefined ? undefined : parseDefaults(defaults, name),
    package: header?.[1] === '_global_' ? '' : header?.[1],
    originOf: (path) => origins.get(path) ?? { place: name },
  };
}

function readText(file: string, name: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new ConfigError(`${name}: no such configuration file`);
  if (found.size > MAX_FILE_BYTES) {
    throw new ConfigError(`${name}: no configuration is longer than ${MAX_FILE_BYTES} bytes`);
  }
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new ConfigError(`${name}: cannot be read: ${systemReason(error)}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Read all the same, its folders would be others than those that were meant.
    throw new ConfigError(`${name}: is no UTF-8 text; save it as UTF-8`);
  }
}

/** Paths are shown from where the user stands when that is shorter. */
function shown(file: string): string {
  const local = relative(process.cwd(), file);
  return local === '' || (local.startsWith('..') && dirname(local) !== '..') ? file : local;
}

function collectOrigins(
  node: Node | null,
  prefix: string,
  file: string,
  lines: LineCounter,
  origins: Map<string, Origin>,
): void {
  if (!isMap(node)) return;
  for (const { key, value } of node.items as Pair<Node, Node | null>[]) {
    if (!isScalar(key)) continue;
    // YAML 1.1 makes a symbol of <<.
    const name = String(key.value);
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const { line } = lines.linePos(key.range?.[0] ?? 0);
    origins.set(path, { place: `${file}:${line}`, spelling: isScalar(value) ? value.source : undefined });
    collectOrigins(value, path, file, lines, origins);
  }
}

function parseDefaults(value: ConfigValue, file: string): DefaultsEntry[] {
  if (!Array.isArray(value)) {
    throw new ConfigError(`${file}: defaults must be a list, e.g. "- trainer: default"`);
  }
  return value.map((entry) => {
    if (entry === '_self_') return { kind: 'self' };
    if (typeof entry === 'string') return { kind: 'parent', name: basename(entry, '.yaml') };
    const pairs = isTree(entry) ? Object.entries(entry) : [];
    const [key, choice] = pairs[0] ?? [];
    const chosen = choice === null ? [] : Array.isArray(choice) ? choice : [choice];
    if (pairs.length !== 1 || key === undefined || !chosen.every((name) => typeof name === 'string')) {
      throw new ConfigError(
        `${file}: cannot read ${JSON.stringify(entry)} in defaults; write "- group: choice"`,
      );
    }
    return { kind: 'group', group: key.replace(/^override\s+/, '').replace(/^\//, ''), chosen };
  });
}
