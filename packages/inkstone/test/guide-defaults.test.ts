/** Every default that a guide states is the one that a run has. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadRunConfig } from '../src/runs/index.js';

const GUIDES = new URL('../../../docs/', import.meta.url);
const { config } = loadRunConfig();

interface Stated {
  readonly key: string;
  readonly value: unknown;
}

/** Tables whose first two columns are a key and its default: `| key | default | …`, or `setting` for `key`. */
const TABLE = /^\| (?:key|setting) \| default[^\n]*\n\|[-|: ]+\|\n((?:\|.*\n)+)/gm;

/** What the guide's tables of defaults state. `data.cache_config.` may be left out in the guide to the cache. */
function stated(guide: string, prefix: string): Stated[] {
  return [...guide.matchAll(TABLE)].flatMap(([, rows]) =>
    (rows as string)
      .trim()
      .split('\n')
      .flatMap((row) => {
        const [, keyCell, valueCell] = row.split(/(?<!\\)\|/).map((cell) => cell.trim()) as [
          string,
          string,
          string,
        ];
        const keys = [...keyCell.matchAll(/`([^`]+)`/g)].map(([, key]) => key as string);
        const values = valueCell.split(',').map((value) => value.trim().replaceAll('`', ''));
        const parent = keys[0]?.replace(/\.[^.]*$/, '');
        return keys.map((key, index) => ({
          key: prefix + (key.startsWith('.') ? `${parent}${key}` : key),
          value: valueIn(values[index] as string),
        }));
      }),
  );
}

function valueIn(text: string): unknown {
  const [, amount, unit] = /^(\d+) ([GM])B$/.exec(text) ?? [];
  return amount === undefined ? parse(text) : Number(amount) * (unit === 'G' ? 1e9 : 1e6);
}

function configured(key: string): unknown {
  return key.split('.').reduce<unknown>((tree, name) => (tree as Record<string, unknown>)?.[name], config);
}

describe('defaults in the guides', () => {
  const all = readdirSync(GUIDES)
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => {
      const guide = readFileSync(new URL(name, GUIDES), 'utf8');
      const prefix = name === 'cache.md' ? 'data.cache_config.' : '';
      return stated(guide, prefix).map((found) => ({ name, ...found }));
    });

  it('are found', () => {
    expect(all.length).toBeGreaterThan(25);
  });

  it.each(all)('$name: $key', ({ key, value }) => {
    expect(configured(key)).toEqual(value);
  });

  it('are those of the default recipe', () => {
    const recipe = readFileSync(new URL('recipe.md', GUIDES), 'utf8').split('\n## ')[0] as string;
    const settings = [...recipe.matchAll(/`([a-z_.]+)=([^`]+)`/g)].filter(
      ([, key]) => configured(key as string) !== undefined,
    );
    expect(settings.length).toBeGreaterThan(2);
    for (const [text, key, value] of settings) {
      expect({ text, value: configured(key as string) }).toEqual({ text, value: valueIn(value as string) });
    }
  });
});
