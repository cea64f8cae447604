/**
 * Overrides and YAML files that nobody means: each ends in a configuration, or in a ConfigError whose lines name the key or the
 * file, and soon.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ConfigError, schemaKeys } from '../../src/config/index.js';
import { loadRunConfig, runConfigSchema } from '../../src/runs/index.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const OVERRIDES = rounds(5000, 250);
const FILES = rounds(5000, 250);
const PATIENCE_MS = 10_000;

const KEYS = [...schemaKeys(runConfigSchema).keys()];
const GROUPS = ['data', 'model', 'trainer', 'data/performance_preset', 'callbacks', 'logger'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-config-fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What breaks parsers, schemas and interpolation. */
const nasty = fc.constantFrom(
  '${.}',
  '${..}',
  '${}',
  '${data}',
  '${data.root}${data.root}',
  '${${exp_name}}',
  '${oc.env:HOME}',
  '${oc.env:NOT_SET}',
  '${oc.env:NOT_SET,x}',
  '$'.repeat(500),
  '${'.repeat(500),
  `${'${data.'.repeat(100)}${'}'.repeat(100)}`,
  '9'.repeat(9000),
  `${'1_'.repeat(4000)}x`,
  `1e${'9'.repeat(9000)}`,
  '1e308',
  '-0',
  '.nan',
  '.inf',
  '0x7fffffffffffffff',
  '99999999999999999999',
  '['.repeat(9000),
  '{a:'.repeat(3000),
  `${'['.repeat(40)}${']'.repeat(40)}`,
  '{__proto__: {x: 1}}',
  '{constructor: {prototype: 1}}',
  'a\nb\u001b[31m\u0000',
  '../../../../etc/passwd',
  '"',
  "'",
  '\\',
  '~',
  'null',
  '2001-01-01',
  '!!binary aGVsbG8=',
  '\u202egnp.exe',
  '\ud800',
);

const scalar = fc.oneof(
  nasty,
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double().map(String),
  fc.integer().map(String),
  fc.constantFrom(...KEYS).map((key) => `\${${key}}`),
);

const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...KEYS, ...GROUPS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'a.__proto__.b', '.', 'a..b'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.nat(5000).map((depth) => `a${'.a'.repeat(depth)}`) },
);

const override = fc
  .tuple(fc.constantFrom('', '+', '++', '~', '--'), key, fc.constantFrom('=', '=', '=', ''), scalar)
  .map((parts) => parts.join(''));

/** A tree with real keys and what does not belong there. */
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.jsonValue(),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        key,
        key.map((path) => path.split('.').at(-1) as string),
      ),
      tie('tree'),
      { maxKeys: 5 },
    ),
  ),
}));

const doubling = (levels: number, text: (previous: string) => string) =>
  Array.from({ length: levels }, (_, level) => `k${level}: ${level === 0 ? 'x' : text(`k${level - 1}`)}`);

const bombs = fc.constantFrom(
  doubling(60, (previous) => `"\${${previous}}\${${previous}}"`).join('\n'),
  doubling(60, (previous) => `["\${${previous}}", "\${${previous}}"]`).join('\n'),
  doubling(9000, (previous) => `"\${${previous}}"`).join('\n'),
  `k0: &k0 [x, x]\n${Array.from({ length: 60 }, (_, n) => `k${n + 1}: &k${n + 1} [*k${n}, *k${n}]`).join('\n')}`,
  'data: &data\n  root: *data',
  'data: &data [*data]',
  'data: {<<: *data}',
  '&all\ndata: *all',
  'data: *nothing',
  '['.repeat(90_000),
  '- '.repeat(40_000),
  '? '.repeat(40_000),
  '{'.repeat(5000),
  `exp_name: ${'9'.repeat(90_000)}`,
  `exp_name: "${'x'.repeat(200_000)}"`,
  Array.from({ length: 30_000 }, (_, n) => `a${n}:`).join('\n'),
  `# @package ${'a.'.repeat(20_000)}\nx: 1`,
  '%YAML 1.1\n---\ndata: !!set {a, b}\nseed: 2001-01-01\n',
  'a: 1\n---\nb: 2\n',
  'defaults:\n  - train\n  - override data: ../../../etc/passwd\n',
  'defaults: &d [*d]\n',
  '? [a, b]\n: 1\n? {c: d}\n: 2\n',
  '\u0000',
);

/** A well-formed file with some characters changed. */
const mangled = fc
  .tuple(
    tree.map((value) => stringify(value, { aliasDuplicateObjects: false }) ?? ''),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom('', ':', '{', '[', '&a ', '*a', '"', '\n', '\t', '- ', '|', '>', '#'),
      ),
      {
        maxLength: 4,
      },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((left, [at, edit]) => {
      const place = left.length === 0 ? 0 : at % left.length;
      return left.slice(0, place) + edit + left.slice(place + 1);
    }, text),
  );

/** What it ends in, or why that is wrong. */
function check(load: () => unknown, isNamed: (line: string) => boolean): void {
  const start = performance.now();
  try {
    load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.message.split('\n')) {
      expect(line).not.toMatch(/\p{Cc}/u);
      expect(line).not.toMatch(/^\s+at /);
      expect({ line, named: isNamed(line) }).toEqual({ line, named: true });
    }
  }
  expect(performance.now() - start).toBeLessThan(PATIENCE_MS);
}

const namesKey = (line: string) => /^and \d+ more$/.test(line) || KEYS.some((name) => line.includes(name));
const keyOf = (override: string) =>
  override
    .replace(/^[~+]*/, '')
    .split('=', 1)[0]
    ?.slice(0, 100) as string;

describe('loadRunConfig', () => {
  it(
    `stands ${OVERRIDES} sets of overrides`,
    () => {
      fc.assert(
        fc.property(fc.array(override, { minLength: 1, maxLength: 3 }), (overrides) =>
          check(
            () => loadRunConfig({ overrides }),
            (line) =>
              line.includes('"') || namesKey(line) || overrides.some((text) => line.includes(keyOf(text))),
          ),
        ),
        { numRuns: OVERRIDES },
      );
    },
    TIMEOUT_MS,
  );

  it(
    `stands ${FILES} files`,
    () => {
      const configFile = join(folder, 'config.yaml');
      fc.assert(
        fc.property(fc.oneof({ weight: 30, arbitrary: mangled }, { weight: 1, arbitrary: bombs }), (text) => {
          writeFileSync(configFile, text);
          check(
            () => loadRunConfig({ configFile }),
            (line) => line.includes(configFile) || namesKey(line),
          );
        }),
        { numRuns: FILES },
      );
    },
    TIMEOUT_MS,
  );
});
