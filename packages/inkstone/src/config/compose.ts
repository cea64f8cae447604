import { abridged, ConfigError, forAll } from './config-error.js';
import { type ConfigFile, type ConfigLayer, type DefaultsEntry, readConfigFile } from './config-file.js';
import { interpolate } from './interpolate.js';
import { ConfigLibrary } from './library.js';
import { type Override, parseOverride } from './overrides.js';
import { Overruled } from './overruled.js';
import type { SchemaKey } from './schema.js';
import { nearest } from './suggest.js';
import { type ConfigTree, type ConfigValue, getPath, isTree, mergeAt, Origins, splitPath } from './tree.js';

export interface ComposeOptions {
  /** Words as typed: `trainer=fp16_safe`, `trainer.max_epochs=3`, `~callbacks.early_stopping`. */
  readonly overrides?: readonly string[] | undefined;
  /** The user's own groups, looked up before the built-in ones. */
  readonly configFolder?: string | undefined;
  /**
   * A file on top: with a `defaults` list it is the root; without one it is merged over `train.yaml`, so the
   * `config.yaml` of an earlier run can be given as it is.
   */
  readonly configFile?: string | undefined;
  /** Values over all built-in ones and under the caller's own file and overrides: a run's file, a checkpoint's words. */
  readonly layers?: readonly ConfigLayer[] | undefined;
  /** The root's name when no file is given. Default `train`. */
  readonly root?: string | undefined;
}

export interface Composed {
  readonly tree: ConfigTree;
  readonly origins: Origins;
  /** The choice made in each group, as an override spells it. */
  readonly choices: ReadonlyMap<string, string>;
  /** All groups there are. */
  readonly groups: readonly string[];
  /** What the user's own groups set and a built-in recipe, which is taken after all other groups, sets to something else. */
  readonly overruled: readonly string[];
}

const DEFAULT_ROOT = 'train';

type Step =
  | { readonly kind: 'content'; readonly source: ConfigFile; readonly package: string }
  | { readonly kind: 'group'; readonly group: string };

/** What is chosen in a group, merged in this order; nothing for `null`. */
type Choices = Map<string, readonly string[]>;

/**
 * Builds one tree from the root's `defaults`, the chosen group files and the overrides, in that order. What none of them
 * sets is left to the schema, whose `keys` are asked for nothing but what a choice, a `${reference}` or a `~key` names.
 */
export function compose(
  options: ComposeOptions = {},
  keys: ReadonlyMap<string, SchemaKey> = new Map(),
): Composed {
  const library = new ConfigLibrary(options.configFolder, keys);
  const groups = library.groups();
  const overrides = forAll(options.overrides ?? [], parseOverride);
  const choices: Choices = new Map();
  const root = rootFile(options, library);
  const plan = planRoot(root, library, choices, groups);
  const values = chooseGroups(overrides, groups, choices, plan);
  followRecipes(overrides, library, choices);

  const tree: ConfigTree = {};
  const origins = new Origins();
  const mergeFile = (source: ConfigLayer, at: string): void =>
    mergeAt(tree, at, source.content, origins, (path) =>
      source.originOf(at === '' ? path : path.slice(at.length + 1)),
    );
  const overruled = new Overruled();
  const mergeChoice = (group: string): void => {
    for (const source of filesOf(group, choices.get(group) ?? [], library)) {
      const at = source.package ?? group.replaceAll('/', '.');
      if (library.isOwn(source)) overruled.noteOwn(source);
      else if (at === '') overruled.noteBuiltIn(source, tree, origins);
      mergeFile(source, at);
    }
  };
  for (const step of plan) {
    if (step.kind === 'content') {
      mergeFile(step.source, step.package);
      continue;
    }
    mergeChoice(step.group);
  }
  const { layers = [], configFile } = options;
  for (const layer of layers) mergeFile(layer, '');
  if (layers.length > 0) {
    // What the caller chose stands over the layers, and not only over the built-in values.
    const chosen = [
      ...groupsOf(configFile === undefined ? [] : root.defaults),
      ...overrides.map(({ key }) => key),
    ];
    for (const group of groups) if (chosen.includes(group)) mergeChoice(group);
    if (configFile !== undefined) mergeFile(root, '');
  }
  forAll(values, (override) => applyOverride(override, tree, origins, groups, keys));
  return {
    tree: interpolate(tree, origins, keys),
    origins,
    choices: new Map([...choices].flatMap(([group, chosen]) => spelled(group, chosen))),
    groups,
    overruled: overruled.describe(origins),
  };
}

function spelled(group: string, chosen: readonly string[]): [string, string][] {
  if (chosen.length === 0) return [];
  return [[group, chosen.length === 1 ? String(chosen[0]) : `[${chosen.join(',')}]`]];
}

function rootFile(options: ComposeOptions, library: ConfigLibrary): ConfigFile {
  if (options.configFile === undefined) return library.load('', options.root ?? DEFAULT_ROOT);
  const file = readConfigFile(options.configFile);
  if (file.defaults !== undefined) return file;
  return { ...file, defaults: [{ kind: 'parent', name: options.root ?? DEFAULT_ROOT }, { kind: 'self' }] };
}

/** Lays out the root and its parents. A group named twice keeps its first place and its last choice. */
function planRoot(
  root: ConfigFile,
  library: ConfigLibrary,
  choices: Choices,
  groups: readonly string[],
): Step[] {
  const plan: Step[] = [];
  const visit = (file: ConfigFile, ancestors: readonly string[]): void => {
    if (ancestors.includes(file.file))
      throw new ConfigError(`${file.file}: its defaults lead back to itself`);
    refuseBareChoices(file, groups);
    let placed = false;
    for (const entry of file.defaults ?? []) {
      if (entry.kind === 'self') {
        plan.push({ kind: 'content', source: file, package: '' });
        placed = true;
      } else if (entry.kind === 'parent') {
        visit(library.load('', entry.name), [...ancestors, file.file]);
      } else {
        if (!groups.includes(entry.group))
          throw new ConfigError(`${file.file}: ${noGroup(entry.group, groups)}`);
        if (!choices.has(entry.group)) plan.push({ kind: 'group', group: entry.group });
        choices.set(entry.group, entry.chosen);
      }
    }
    if (!placed) plan.push({ kind: 'content', source: file, package: '' });
  };
  visit(root, []);
  return plan;
}

/** `trainer: fp16_safe` would put a word where the group's keys belong. A file chooses in its `defaults`. */
function refuseBareChoices({ content, originOf }: ConfigFile, groups: readonly string[]): void {
  const mistakes = groups.flatMap((group) => {
    const choice = content[group];
    if (typeof choice !== 'string') return [];
    const word = abridged(choice);
    return [
      `${originOf(group).place}: ${group} is a group; write defaults: [${DEFAULT_ROOT}, {${group}: ${word}}], or the override ${group}=${word}`,
    ];
  });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
}

/** Takes the group choices out of the overrides; returns the rest. */
function chooseGroups(
  overrides: readonly Override[],
  groups: readonly string[],
  choices: Choices,
  plan: Step[],
): Override[] {
  return overrides.filter((override) => {
    const { key } = override;
    if (!groups.includes(key)) {
      if (key.includes('/')) throw new ConfigError(`"${abridged(override.text)}": ${noGroup(key, groups)}`);
      return true;
    }
    if (override.kind === 'delete') {
      choices.set(key, []);
      return false;
    }
    if (isTree(override.value)) return true;
    if (!choices.has(key)) plan.push({ kind: 'group', group: key });
    choices.set(key, chosenBy(override.value));
    return false;
  });
}

const chosenBy = (value: ConfigValue): string[] =>
  value === null ? [] : (Array.isArray(value) ? value : [value]).map(String);

/** The groups that a `defaults` list chooses in. */
function groupsOf(defaults: readonly DefaultsEntry[] = []): string[] {
  return defaults.flatMap((entry) => (entry.kind === 'group' ? [entry.group] : []));
}

/**
 * A choice whose values go anywhere (`# @package _global_`) may choose other groups too: `recipe=finetune` its network. The
 * caller's own choices stand above that.
 */
function followRecipes(overrides: readonly Override[], library: ConfigLibrary, choices: Choices): void {
  const asked = new Set(overrides.map(({ key }) => key));
  for (const [group, chosen] of [...choices]) {
    for (const file of filesOf(group, chosen, library)) {
      for (const entry of file.defaults ?? []) {
        if (entry.kind !== 'group' || asked.has(entry.group)) continue;
        if (!choices.has(entry.group)) {
          throw new ConfigError(`${file.file}: ${noGroup(entry.group, [...choices.keys()])}`);
        }
        choices.set(entry.group, entry.chosen);
      }
    }
  }
}

/** The files of a group's choices, each after those that it stands on, and none twice: what two stand on must not undo the first. */
function filesOf(group: string, chosen: readonly string[], library: ConfigLibrary): ConfigFile[] {
  const files = chosen.flatMap((choice) => inheritanceOf(group, choice, library));
  return [...new Map(files.map((file) => [file.file, file])).values()];
}

/** A group's file after the siblings that its own `defaults` name. */
function inheritanceOf(
  group: string,
  choice: string,
  library: ConfigLibrary,
  ancestors: readonly string[] = [],
): ConfigFile[] {
  const file = library.load(group, choice);
  if (ancestors.includes(choice)) throw new ConfigError(`${file.file}: its defaults lead back to itself`);
  const parents = (file.defaults ?? []).flatMap((entry) => {
    if (entry.kind === 'group' && file.package !== '') {
      throw new ConfigError(
        `${file.file}: only a root file, or one under "# @package _global_", may choose groups (it names "${entry.group}")`,
      );
    }
    return entry.kind === 'parent' ? inheritanceOf(group, entry.name, library, [...ancestors, choice]) : [];
  });
  return [...parents, file];
}

function applyOverride(
  override: Override,
  tree: ConfigTree,
  origins: Origins,
  groups: readonly string[],
  known: ReadonlyMap<string, SchemaKey>,
): void {
  const { key } = override;
  if (groups.includes(key.replaceAll('.', '/')) && key.includes('.')) {
    const group = key.replaceAll('.', '/');
    throw new ConfigError(
      `"${abridged(override.text)}": ${key} is a group; write ${override.text.replace(key, group)}`,
    );
  }
  if (override.kind === 'set') {
    const spelling = override.text.slice(override.text.indexOf('=') + 1).trim();
    mergeAt(tree, key, override.value, origins, () => ({
      place: `the override "${abridged(override.text)}"`,
      spelling,
    }));
    return;
  }
  const keys = splitPath(key);
  const parent = keys.length === 1 ? tree : getPath(tree, keys.slice(0, -1).join('.'));
  const last = keys.at(-1) as string;
  if (
    parent === null ||
    typeof parent !== 'object' ||
    Array.isArray(parent) ||
    !Object.hasOwn(parent, last)
  ) {
    // Not set, so that it has its default already.
    if (known.has(key)) return;
    const present = parent !== null && typeof parent === 'object' ? Object.keys(parent) : Object.keys(tree);
    const meant = nearest(last, present);
    throw new ConfigError(
      `"${abridged(override.text)}": there is no ${abridged(key)}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  }
  delete parent[last];
}

function noGroup(group: string, groups: readonly string[]): string {
  const meant = nearest(group, groups);
  return `there is no group "${group}"${meant === undefined ? '' : `; did you mean "${meant}"?`} (groups: ${groups.join(', ')})`;
}
