/** Configurations as tables of keys and values. */
import type { Tree } from '../../protocol.js';
import { element } from '../element.js';
import { scrollBox } from '../scroll-box.js';

/** Every value that holds no others, by its path. */
export function leaves(tree: Tree, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      isTree(value) ? [...leaves(value, `${prefix}${key}.`)] : [[prefix + key, show(value)] as const],
    ),
  );
}

/** The keys in which the trees differ, with what each says; undefined where it does not have the key. */
export function differences(trees: readonly Tree[]): [key: string, values: (string | undefined)[]][] {
  const flat = trees.map((tree) => leaves(tree));
  const keys = [...new Set(flat.flatMap((values) => [...values.keys()]))].sort();
  return keys
    .map((key): [string, (string | undefined)[]] => [key, flat.map((values) => values.get(key))])
    .filter(([, values]) => new Set(values).size > 1);
}

export function settingsTable(title: string, tree: Tree): HTMLElement {
  const rows = [...leaves(tree)].map(([key, value]) =>
    element('tr', {}, element('th', { scope: 'row' }, key), element('td', {}, value)),
  );
  return element(
    'details',
    { class: 'card' },
    element('summary', {}, title),
    scrollBox(
      title,
      element(
        'table',
        { class: 'settings' },
        element('caption', { class: 'unseen' }, title),
        element('tbody', {}, ...rows),
      ),
    ),
  );
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
