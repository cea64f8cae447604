import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError, compose, printConfig, validateConfig } from './index.js';
import { parseValue } from './value-parser.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-config-'));
  write(
    'own.yaml',
    'defaults:\n  - engine: default\n  - engine/preset: none\n  - _self_\nname: run\nout: "${name}/x"\n',
  );
  write('given.yaml', '');
  write('engine/default.yaml', 'power: 1\nfuel:\n  kind: petrol\n  litres: 40\nname: ${name}\n');
  write('engine/electric.yaml', 'defaults:\n  - default\n  - _self_\npower: 2\n');
  write('engine/preset/none.yaml', 'boost: false\n');
  write('engine/preset/sport.yaml', '# @package engine\nboost: true\nfuel:\n  litres: 60\n');
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string | Buffer): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const own = (...overrides: string[]) => compose({ root: 'own', configFolder: folder, overrides });

describe('compose', () => {
  it('tells how a file chooses from a group, whatever stands over it', () => {
    const configFile = write('mine.yaml', 'name: run\nengine: electric\n');
    for (const overrides of [[], ['engine.power=3']]) {
      expect(() => compose({ root: 'own', configFolder: folder, configFile, overrides })).toThrow(
        /mine\.yaml:2: engine is a group; write defaults: \[train, \{engine: electric\}\], or the override engine=electric$/,
      );
    }
  });

  it('loses no value of a file to an override below it', () => {
    const configFile = write('mine.yaml', 'defaults: [own, _self_]\nname: run\n');
    expect(() => compose({ configFolder: folder, configFile, overrides: ['name.first=1'] })).toThrow(
      /^name\.first \(from the override "name\.first=1"\) cannot be set: name = "run" \(from .*mine\.yaml:2\) is no map of keys$/,
    );
  });

  it('places each chosen group under its name and the root after them', () => {
    expect(own().tree).toEqual({
      engine: {
        power: 1,
        fuel: { kind: 'petrol', litres: 40 },
        name: 'run',
        preset: { boost: false },
      },
      name: 'run',
      out: 'run/x',
    });
  });

  it('lets a choice inherit from a sibling', () => {
    expect(own('engine=electric').tree).toMatchObject({ engine: { power: 2, fuel: { litres: 40 } } });
  });

  it('takes several choices of a group, each over the one before it', () => {
    write('engine/small.yaml', 'defaults:\n  - default\n  - _self_\nfuel:\n  litres: 5\n');
    expect(own('engine=[electric,small]').tree).toMatchObject({ engine: { power: 2, fuel: { litres: 5 } } });
    expect(own('engine=[small,electric]').tree).toMatchObject({ engine: { power: 2, fuel: { litres: 5 } } });
    expect(own('engine=[small,electric]').choices.get('engine')).toBe('[small,electric]');
    const configFile = write('two.yaml', 'defaults:\n  - own\n  - engine: [electric, small]\n');
    expect(compose({ configFolder: folder, configFile }).tree).toMatchObject({ engine: { power: 2 } });
    expect(() => own('engine=[small,steam]')).toThrow(/group "engine" has no choice "steam"/);
  });

  it('honours @package in a nested group', () => {
    expect(own('engine/preset=sport').tree).toMatchObject({ engine: { boost: true, fuel: { litres: 60 } } });
  });

  it('lets a global choice choose other groups, under the choices of the caller', () => {
    write('trip/none.yaml', '# @package _global_\n');
    write(
      'trip/far.yaml',
      '# @package _global_\ndefaults:\n  - override engine: electric\nengine:\n  fuel:\n    litres: 90\n',
    );
    write('travel.yaml', 'defaults:\n  - own\n  - trip: none\n  - _self_\n');
    const travel = (...overrides: string[]) =>
      compose({ root: 'travel', configFolder: folder, overrides }).tree.engine;
    expect(travel()).toMatchObject({ power: 1, fuel: { litres: 40 } });
    expect(travel('trip=far')).toMatchObject({ power: 2, fuel: { litres: 90 } });
    expect(travel('trip=far', 'engine=default', 'engine.fuel.litres=7')).toMatchObject({
      power: 1,
      fuel: { litres: 7 },
    });
  });

  it('sets, adds, deletes and interpolates', () => {
    const { tree } = own(
      'engine.power=7',
      '+engine.colour=red',
      '~engine.fuel.kind',
      'name=${engine.colour}',
    );
    expect(tree).toMatchObject({ engine: { power: 7, colour: 'red', name: 'red' }, out: 'red/x' });
    expect(tree.engine).toHaveProperty('fuel', { litres: 40 });
  });

  it('drops a whole group with ~group', () => {
    expect(own('~engine', '~engine/preset').tree).toEqual({ name: 'run', out: 'run/x' });
  });

  it('takes a file over the root, or as the root when it has defaults', () => {
    const over = write('over.yaml', 'engine:\n  power: 9\n');
    const root = write(
      'root.yaml',
      'defaults:\n  - own\n  - override engine: electric\n  - _self_\nname: mine\n',
    );
    const base = { root: 'own', configFolder: folder };
    expect(compose({ ...base, configFile: over }).tree).toMatchObject({ engine: { power: 9 }, name: 'run' });
    expect(compose({ ...base, configFile: root }).tree).toMatchObject({ engine: { power: 2, name: 'mine' } });
  });

  it.each([
    [
      'engine=electrc',
      /group "engine" has no choice "electrc"; did you mean "electric"\? .*default, electric/,
    ],
    ['engine/prest=sport', /there is no group "engine\/prest"; did you mean "engine\/preset"/],
    ['engine.preset=sport', /write engine\/preset=sport/],
    ['~engine.pwer', /there is no engine\.pwer; did you mean power\?/],
    ['engine.power', /"engine\.power" has no value/],
    ['=3', /is no override/],
    ['a=[1', /cannot read the override "a=\[1": a list has no closing \]/],
    ['name=${nowhere}', /name .*the override.*: \$\{nowhere\} names no key/],
    ['name=${out}', /refers to itself/],
  ])('says what is wrong with %s', (override, message) => {
    expect(() => own(override)).toThrow(message);
  });

  it('names file and line of broken YAML', () => {
    write('engine/default.yaml', 'power: 1\nfuel: [1, 2\n');
    expect(() => own()).toThrow(/engine\/default\.yaml:\d+: /);
  });

  it('reads nothing but one document of UTF-8', () => {
    const read = (text: string | Buffer) => () =>
      compose({ root: 'own', configFolder: folder, configFile: write('given.yaml', text) });
    for (const encoding of ['latin1', 'utf16le'] as const) {
      expect(read(Buffer.from('\ufeffout: données\n', encoding))).toThrow(
        /given\.yaml: is no UTF-8 text; save it as UTF-8$/,
      );
    }
    expect(read('name: a\n---\nname: b\n')).toThrow(
      /given\.yaml:2: a second document begins here; a configuration is one$/,
    );
    expect(read('\ufeffout: données\n')().tree).toMatchObject({ out: 'données' });
  });

  it('follows the merge keys of YAML 1.1', () => {
    const configFile = write(
      'merged.yaml',
      '%YAML 1.1\n---\nfuel: &fuel {litres: 7}\nengine: {fuel: {<<: *fuel}}\n',
    );
    expect(compose({ root: 'own', configFolder: folder, configFile }).tree).toMatchObject({
      engine: { fuel: { kind: 'petrol', litres: 7 } },
    });
  });

  it('keeps __proto__ out', () => {
    expect(() => own('__proto__.polluted=1')).toThrow(/no override/);
    write('engine/default.yaml', '__proto__:\n  polluted: 1\n');
    expect(() => own()).toThrow(/engine\/default\.yaml: no key may be called "__proto__"/);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('bounds', () => {
  const levels = (count: number, line: (level: number) => string) =>
    Array.from({ length: count }, (_, level) => line(level)).join('\n');

  it.each([
    ['name=${.}', /name \(from the override "name=\$\{\.\}"\): \$\{\.\} refers to itself/],
    ['engine.name=${engine}', /engine\.name .*: \$\{engine\} refers to itself/],
    ['engine.fuel.kind=${..}', /engine\.fuel\.kind .*: \$\{\.\.\} refers to itself/],
    ['engine.fuel.kind=${..name}${engine}', /engine\.fuel\.kind .*: \$\{engine\} refers to itself/],
    [`a${'.a'.repeat(4000)}=1`, /^a\.a.*…: no key lies more than 32 maps deep/],
    [`name=${'['.repeat(5000)}`, /cannot read the override "name=\[+…": more than 32 lists/],
    [`name=${'x'.repeat(20_000)}`, /"name=x+…": no override is longer than 10000 characters/],
  ])('refuses hostile override %#', (override, message) => {
    expect(() => own(override)).toThrow(message);
    expect(() => own(override)).toThrow(ConfigError);
  });

  it.each([
    ['maps that hold themselves', 'data: &data\n  root: *data\n', /data.*: holds itself, or maps and lists/],
    ['lists that hold themselves', 'data: &data [*data]\n', /data: holds itself, or maps and lists/],
    [
      'aliases that multiply',
      `k0: &k0 [x]\n${levels(40, (n) => `k${n + 1}: &k${n + 1} [*k${n}, *k${n}]`)}`,
      /alias/,
    ],
    ['deep nesting', '['.repeat(50_000), /: holds itself, or maps and lists more than 32 deep/],
    ['deep blocks', '- '.repeat(30_000), /: holds itself, or maps and lists more than 32 deep/],
    [
      'more than a file may hold',
      `name: "${'x'.repeat(100_000)}"`,
      /: no configuration is longer than 100000 bytes/,
    ],
    ['more than a value may hold', `name: "${'x'.repeat(20_000)}"`, /: name: no key and no value is longer/],
    ['more values than anybody means', levels(5000, (n) => `${n}:`), /: .* at most 4000 keys and values/],
    ['what only YAML 1.1 knows', '%YAML 1.1\n---\nname: !!set {a}\n', /: name: only maps, lists/],
    [
      'references that double',
      levels(40, (n) => (n === 0 ? 'k0: x' : `k${n}: "\${k${n - 1}}\${k${n - 1}}"`)),
      /k\d+ \(from .*: its references/,
    ],
    [
      'lists that double',
      levels(40, (n) => (n === 0 ? 'k0: x' : `k${n}: ["\${k${n - 1}}", "\${k${n - 1}}"]`)),
      /k\d+ \(from .*: holds values or references|its references/,
    ],
    [
      'a chain of references',
      levels(1500, (n) => `k${n}: "\${k${n + 1}}"`),
      /k\d+ \(from .*: holds values or references/,
    ],
  ])('refuses a file with %s', (_, text, message) => {
    const configFile = write('hostile.yaml', text);
    const load = () => compose({ root: 'own', configFolder: folder, configFile });
    expect(load).toThrow(message);
    expect(load).toThrow(ConfigError);
  });

  it('reads numbers of any length in one pass', () => {
    const digits = '9'.repeat(9000);
    expect(parseValue(`${digits}x`)).toBe(`${digits}x`);
    expect(parseValue('1_'.repeat(4000))).toBe(Number('1'.repeat(4000)));
  });

  it('names what is no file as it was typed', () => {
    expect(() => compose({ root: 'own', configFolder: folder, configFile: '.' })).toThrow(
      '.: no such configuration file',
    );
  });

  it('looks for choices among the files of the group alone', () => {
    write('secret.yaml', 'power: 9\n');
    expect(() => own('engine=../secret')).toThrow(/group "engine" has no choice "\.\.\/secret"/);
  });

  it('looks for groups in no more folders than groups ever are, and in no hidden ones', () => {
    write('.git/hooks/x.yaml', 'power: 9\n');
    write('engine/.yaml', 'power: 9\n');
    expect(own().groups).toEqual(expect.not.arrayContaining(['.git']));
    expect(() => own('engine=z')).toThrow(/\(available: default, electric\)$/);
    for (let i = 0; i < 1001; i++) mkdirSync(join(folder, `photos/${i}`), { recursive: true });
    expect(() => own()).toThrow(/: holds more than 1000 folders; name one that holds your groups alone$/);
  });

  it('says every mistake of the overrides at once, each on a line that a terminal may show', () => {
    expect(() => own('power', '=3', 'name=[\u001b[31m\n')).toThrow(
      /^"power" has no value.*\n"=3" is no override.*\ncannot read the override "name=\[\\x1b\[31m\\n": /,
    );
  });
});

describe('parseValue', () => {
  it.each([
    ['3', 3],
    ['1e-3', 1e-3],
    ['-.5', -0.5],
    ['10_000', 10000],
    ['true', true],
    ['null', null],
    ['"16-mixed"', '16-mixed'],
    ['16-mixed', '16-mixed'],
    ["'3'", '3'],
    ['', ''],
    ['[1, two, [3]]', [1, 'two', [3]]],
    ['{a: 1, b: {c: x y}}', { a: 1, b: { c: 'x y' } }],
    ['{a:1}', { a: 1 }],
    ['${a.b}/x', '${a.b}/x'],
    ['C:\\data', 'C:\\data'],
  ])('%s', (text, value) => {
    expect(parseValue(text)).toEqual(value);
  });

  it('reads back any JSON value', () => {
    const json = fc
      .jsonValue({ maxDepth: 3, depthSize: 'small' })
      .filter((value) => !JSON.stringify(value).match(/__proto__|\\/));
    fc.assert(
      fc.property(json, (value) => {
        fc.pre(!JSON.stringify(value).includes('"":'));
        expect(parseValue(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('validateConfig', () => {
  const schema = z.strictObject({
    name: z.string(),
    out: z.string(),
    engine: z.strictObject({
      power: z.int().min(1),
      name: z.string(),
      boost: z.boolean().default(false),
      fuel: z.strictObject({ kind: z.enum(['petrol', 'diesel']), litres: z.number().max(100) }),
      preset: z.strictObject({ boost: z.boolean() }).optional(),
    }),
  });
  const validate =
    (...overrides: string[]) =>
    () =>
      validateConfig(own(...overrides), schema);

  it('fills defaults in', () => {
    expect(validate()().engine.boost).toBe(false);
  });

  it.each([
    [
      'engine.powr=3',
      'unknown key engine.powr (from the override "engine.powr=3"); did you mean engine.power?',
    ],
    ['litres=3', 'unknown key litres (from the override "litres=3"); did you mean engine.fuel.litres?'],
    ['engine.power=0', 'engine.power = 0 (from the override "engine.power=0"): must be at least 1'],
    [
      'engine.power=1.5',
      'engine.power = 1.5 (from the override "engine.power=1.5"): expected a whole number',
    ],
    [
      'engine.fuel.kind=coal',
      'engine.fuel.kind = "coal" (from the override "engine.fuel.kind=coal"): must be one of "petrol", "diesel"',
    ],
    ['engine.power=1e400', 'engine.power = Infinity (from the override "engine.power=1e400"): expected a'],
    [
      'engine.boost=yes',
      'engine.boost = "yes" (from the override "engine.boost=yes"): expected true or false',
    ],
    ['~name', /names no key/],
  ])('explains %s', (override, message) => {
    expect(validate(override)).toThrow(message);
  });

  it('says of a value of another type no more than that', () => {
    const chosen = z.strictObject({
      names: z.string().min(1),
      kind: z.discriminatedUnion('name', [
        z.object({ name: z.literal('a') }),
        z.object({ name: z.literal('b').default('b') }),
      ]),
    });
    const composed = compose({
      root: 'given',
      configFolder: folder,
      overrides: ['names=[]', 'kind={name: c}'],
    });
    expect(() => validateConfig(composed, chosen)).toThrow(
      /^names = \[\] [^\n]*: expected a string\nkind\.name = "c" [^\n]*: must be one of "a", "b"$/,
    );
  });

  it('names the line of a file at fault, and says every mistake', () => {
    write('engine/default.yaml', 'power: 1\nfuel:\n  kind: petrol\n  litres: 400\nname: x\n');
    expect(validate('engine.powr=3')).toThrow(
      /engine\.fuel\.litres = 400 \(from .*engine\/default\.yaml:4\): must be at most 100\nunknown key engine\.powr/,
    );
  });

  it('says how a path is written in a file', () => {
    const configFile = write('dotted.yaml', 'engine.fuel.litres: 3\n');
    const composed = compose({ root: 'own', configFolder: folder, configFile });
    expect(() => validateConfig(composed, schema)).toThrow(/in a file, write engine: {fuel: {litres: …}}$/);
  });
});

describe('printConfig', () => {
  it('composes back to the same values', () => {
    const value = { precision: '16-mixed', lr: 1e-3, on: 'true', none: null, list: [1, 'a'], big: 1e21 };
    expect(printConfig(value)).toContain('precision: "16-mixed"');
    expect(parse(printConfig(value))).toEqual(value);
  });
});
