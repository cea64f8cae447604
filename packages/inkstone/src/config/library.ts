import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemReason } from '../system/index.js';
import { ConfigError } from './config-error.js';
import { type ConfigFile, readConfigFile } from './config-file.js';
import { MAX_FOLDERS } from './limits.js';
import type { SchemaKey } from './schema.js';
import { nearest } from './suggest.js';

/** The groups that come with Inkstone; `dist/config` and `src/config` lie at the same depth. */
export const BUILT_IN_CONFIGS = fileURLToPath(new URL('../../configs', import.meta.url));

/** Folders of YAML groups, the first one found wins: the user's own before Inkstone's. */
export class ConfigLibrary {
  readonly folders: readonly string[];
  readonly #loaded = new Map<string, ConfigFile>();
  readonly #own = new Set<ConfigFile>();

  /**
   * @param own the user's groups, looked up before those that come with Inkstone
   * @param keys of the schema: a word that a group's `name` may be is a choice without a file
   */
  constructor(
    own?: string,
    readonly keys?: ReadonlyMap<string, SchemaKey>,
  ) {
    if (own !== undefined && !isFolder(own)) {
      throw new ConfigError(`${own}: no such configuration folder`);
    }
    this.folders = own === undefined ? [BUILT_IN_CONFIGS] : [own, BUILT_IN_CONFIGS];
  }

  /** Whether a file that was loaded is the user's. */
  isOwn(file: ConfigFile): boolean {
    return this.#own.has(file);
  }

  /** Every group that some folder has, nested ones with a slash: `data/performance_preset`. */
  groups(): string[] {
    const found = new Set<string>();
    const visit = (folder: string, prefix: string): void => {
      for (const name of foldersIn(folder)) {
        const group = prefix === '' ? name : `${prefix}/${name}`;
        found.add(group);
        if (found.size > MAX_FOLDERS) {
          throw new ConfigError(
            `${this.folders[0]}: holds more than ${MAX_FOLDERS} folders; name one that holds your groups alone`,
          );
        }
        visit(join(folder, name), group);
      }
    };
    for (const folder of this.folders) visit(folder, '');
    return [...found].sort();
  }

  /** The choices of a group, or the root files when `group` is empty. */
  choices(group: string): string[] {
    const names = this.folders
      .map((folder) => join(folder, group))
      .filter((folder) => isFolder(folder))
      .flatMap((folder) => readdirSync(folder).filter((name) => /^[^.].*\.ya?ml$/.test(name)));
    const files = names.map((name) => name.replace(/\.ya?ml$/, ''));
    return [...new Set([...files, ...(this.keys?.get(`${group}.name`)?.words ?? [])])].sort();
  }

  /** Read once, however often it is asked for. */
  load(group: string, choice: string): ConfigFile {
    const key = `${group}=${choice}`;
    const file = this.#loaded.get(key) ?? this.#read(group, choice);
    this.#loaded.set(key, file);
    return file;
  }

  #read(group: string, choice: string): ConfigFile {
    const choices = this.choices(group);
    if (choices.includes(choice)) {
      for (const folder of this.folders) {
        for (const extension of ['yaml', 'yml']) {
          const file = join(folder, group, `${choice}.${extension}`);
          if (!existsSync(file)) continue;
          const read = readConfigFile(file);
          if (folder !== BUILT_IN_CONFIGS) this.#own.add(read);
          return read;
        }
      }
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

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name);
  } catch (error) {
    throw new ConfigError(`${folder}: cannot be read: ${systemReason(error)}`);
  }
}
