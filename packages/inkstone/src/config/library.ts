import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMap, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { ConfigError } from './config-error.js';
import type { SchemaKey } from './schema.js';
import { nearest } from './suggest.js';
import { type ConfigTree, type ConfigValue, isTree, type Origin } from './tree.js';

/** The groups that come with Inkstone; `dist/config` and `src/config` lie at the same depth. */
export const BUILT_IN_CONFIGS = fileURLToPath(new URL('../../configs', import.meta.url));

/** A name in a `defaults` list: a parent file, a group's choice, or the file's own content. */
export type DefaultsEntry =
  | { readonly kind: 'self' }
  | { readonly kind: 'parent'; readonly name: string }
  | { readonly kind: 'group'; readonly group: string; readonly choice: string | null };

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

/** Folders of YAML groups, the first one found wins: the user's own before Inkstone's. */
export class ConfigLibrary {
  readonly folders: readonly string[];

  /**
   * @param own the user's groups, looked up before those that come with Inkstone
   * @param keys of the schema: a word that a group's `name` may be is a choice without a file
   */
  constructor(
    own?: string,
    readonly keys?: ReadonlyMap<string, SchemaKey>,
  ) {
    if (own !== undefined && !existsSync(own)) {
      throw new ConfigError(`${own}: no such configuration folder`);
    }
    this.folders = own === undefined ? [BUILT_IN_CONFIGS] : [own, BUILT_IN_CONFIGS];
  }

  /** Every group that some folder has, nested ones with a slash: `data/performance_preset`. */
  groups(): string[] {
    const found = new Set<string>();
    const visit = (folder: string, prefix: string): void => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (!entry.isDirectory()) continue;
        const group = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
        found.add(group);
        visit(join(folder, entry.name), group);
      }
    };
    for (const folder of this.folders) visit(folder, '');
    return [...found].sort();
  }

  /** The choices of a group, or the root files when `group` is empty. */
  choices(group: string): string[] {
    const names = this.folders
      .map((folder) => join(folder, group))
      .filter((folder) => existsSync(folder))
      .flatMap((folder) => readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)));
    const files = names.map((name) => name.replace(/\.ya?ml$/, ''));
    return [...new Set([...files, ...(this.keys?.get(`${group}.name`)?.words ?? [])])].sort();
  }

  load(group: string, choice: string): ConfigFile {
    for (const folder of this.folders) {
      for (const extension of ['yaml', 'yml']) {
        const file = join(folder, group, `${choice}.${extension}`);
        if (existsSync(file)) return readConfigFile(file);
      }
    }
    const choices = this.choices(group);
    if (choices.includes(choice)) {
      const place = `${group}=${choice}`;
      return { file: place, content: { name: choice }, originOf: () => ({ place }) };
    }
    const meant = nearest(choice, choices);
    throw new ConfigError(
      `${group === '' ? 'no configuration' : `group "${group}" has no choice`} "${choice}"` +
        `${meant === undefined ? '' : `; did you mean "${meant}"?`} (available: ${choices.join(', ')})`,
    );
  }
}

/** Paths are shown from where the user stands when that is shorter. */
function shown(file: string): string {
  const local = relative(process.cwd(), file);
  return local.startsWith('..') && dirname(local) !== '..' ? file : local;
}

/** Reads one YAML file with the lines of its keys. Throws ConfigError with `file:line`. */
export function readConfigFile(file: string): ConfigFile {
  const name = shown(file);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new ConfigError(`${name}: no such configuration file`);
  }
  const text = readFileSync(file, 'utf8');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const line = problem.linePos?.[0].line ?? 1;
    throw new ConfigError(`${name}:${line}: ${problem.message.split('\n')[0]?.replace(/ at line.*$/, '')}`);
  }
  const origins = new Map<string, Origin>();
  collectOrigins(document.contents, '', name, lines, origins);
  const content: unknown = document.toJS() ?? {};
  if (!isTree(content)) throw new ConfigError(`${name}: expected keys and values`);
  const { defaults, ...rest } = content;
  const header = /^#\s*@package\s+(\S+)/m.exec(text.slice(0, text.indexOf('\n') + 1));
  return {
    file: name,
    content: rest,
    defaults: defaults === undefined ? undefined : parseDefaults(defaults, name),
    package: header?.[1] === '_global_' ? '' : header?.[1],
    originOf: (path) => origins.get(path) ?? { place: name },
  };
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
    const path = prefix === '' ? String(key.value) : `${prefix}.${key.value}`;
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
    if (pairs.length !== 1 || key === undefined || !(choice === null || typeof choice === 'string')) {
      throw new ConfigError(
        `${file}: cannot read ${JSON.stringify(entry)} in defaults; write "- group: choice"`,
      );
    }
    return { kind: 'group', group: key.replace(/^override\s+/, '').replace(/^\//, ''), choice };
  });
}
