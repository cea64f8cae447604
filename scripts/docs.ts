/**
 * `npm run docs`: writes what is made from the schema of the run configuration, docs/configuration.md and the JSON schema for
 * editors. A test says whether they are current.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  BUILT_IN_CONFIGS,
  ConfigLibrary,
  fileSchema,
  type JsonSchema,
  jsonSchema,
  schemaKeys,
} from '../packages/inkstone/src/config/index.js';
import { loadRunConfig, runConfigSchema } from '../packages/inkstone/src/runs/index.js';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What is generated, by its file. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  [at('docs/configuration.md')]: configurationGuide,
  [at('packages/inkstone/configs/schema.json')]: () =>
    `${JSON.stringify(fileSchema(runConfigSchema), null, 1)}\n`,
};

const INTRODUCTION = `# Configuration: every setting of a run

Every setting (key) of \`inkstone train\`, with its default and what it may be. This page is made from the schema that checks the keys
(\`npm run docs\`). The default is what a run has when you set nothing.

\`\`\`sh
npx inkstone train data=icdar data.root=receipts batch_size=8 trainer.max_epochs=12   # overrides
npx inkstone train --config mine.yaml                                                 # or a file
npx inkstone train data=icdar data.root=receipts --cfg                                # prints the settings, trains nothing
npx inkstone train --help                                                             # the same, with what each key is for
\`\`\`

## Overrides

On the command line, settings are written as overrides:

| override | does |
|---|---|
| \`key=value\` | sets a key: \`trainer.max_epochs=12\`. \`+key=value\`, as Hydra users may write it, does the same |
| \`group=choice\` | takes the settings of a file: \`trainer=fp16_safe\`. The groups and their choices are [below](#groups) |
| \`~key\` | forgets what a file or a group says of a key, so that the key's own default counts |

A value may refer to another key (\`\${data.targets.shrink_ratio}\`) or to an environment variable (\`\${oc.env:NAME,default}\`). Write such
overrides, and those with brackets, in single quotes, because a shell reads \`$\` and brackets itself.

## Files

\`npx inkstone init path/to/data\` writes a file to begin with. A file holds the same keys as nested maps, and only those that differ from the
defaults:

\`\`\`yaml
defaults: [train, {trainer: fp16_safe}, {data: icdar}, _self_]
data:
  root: receipts
\`\`\`

The list \`defaults\` says what the file builds on: first \`train\`, the built-in configuration (without it, the run has neither checkpoints nor
loggers), then choices of groups. \`_self_\` is the place of the file's own keys. What comes later in the list counts.

A group is a folder and a choice is a YAML file in it. Groups of your own go into a folder that you name with \`--config-dir\`: with
\`my-configs/trainer/mine.yaml\` there, \`--config-dir my-configs trainer=mine\` takes its settings. Such a file is written as the
[built-in ones](../packages/inkstone/configs) are.

The recipe is taken after all other groups: what it sets (\`trainer.max_epochs\`, \`data.size\` and others) counts over the same key in a group
of your own, and a line at the start says so. Overrides and a file's own keys count over both.

Editors complete and check a file by the JSON schema that comes with the package. With the YAML language server (the YAML extension of
VS Code has it), the first line of the file says where the schema is:

\`\`\`yaml
# yaml-language-server: $schema=node_modules/inkstone/configs/schema.json
data:
  root: receipts
\`\`\`

## Environment variables

| variable | may be |
|---|---|
| \`INKSTONE_BACKEND\` | what computes. \`native\`: the kernels in C++, or an error. \`wasm\`: the same in WebAssembly. \`reference\`: TypeScript in float64, slow, for tests. Not set: the first of them that can be loaded |
| \`INKSTONE_ISA\` | the processor's instruction set that kernels use. \`auto\` (the best that there is). \`native\` may have \`amx\`, \`avx512bf16\`, \`avx512\`, \`avx2\` (x64), \`neonbf16\`, \`neon\` (arm64), \`generic\` (all but arm64); \`wasm\` has \`relaxed\`, \`simd128\` |
| \`INKSTONE_THREADS\` | threads of a kernel, 1 to 256. Not set: one for each core. Results do not depend on it |
| \`INKSTONE_CACHE_URL\` | server through which machines share prepared samples, \`redis://HOST:PORT\`, with its password ([cache](cache.md#shared-between-machines)) |
| \`INKSTONE_DEBUG\` | \`1\`: errors with their stack |

Loggers read variables of their own ([tracking.md](tracking.md)), and so do processes that train together ([distributed.md](distributed.md)).
`;

interface Row {
  readonly key: string;
  readonly node: JsonSchema;
  /** The choices that have this key, where others do not. */
  readonly only: readonly string[];
}

/** Every key that takes a value, choices and switches among them, in the schema's order. */
function rowsOf(key: string, node: JsonSchema, only: readonly string[] = []): Row[] {
  const below = (map: JsonSchema, choices: (name: string) => readonly string[] = () => only) =>
    Object.entries(map.properties ?? {}).flatMap(([name, child]) =>
      rowsOf(`${key}.${name}`, child, choices(name)),
    );
  const branches = node.oneOf ?? [];
  if (branches.length > 0) {
    const names = branches.map(({ properties }) => String(properties?.name?.const));
    const having = (name: string) => names.filter((_, index) => name in (branches[index]?.properties ?? {}));
    const all = Object.assign({}, ...[...branches].reverse().map(({ properties }) => properties));
    const properties = {
      ...branches[0]?.properties,
      ...all,
      name: { ...all.name, const: undefined, enum: names },
    };
    return below({ properties }, (name) => (having(name).length < names.length ? having(name) : only));
  }
  const map = node.anyOf?.find(({ properties }) => properties !== undefined);
  if (map !== undefined) return [{ key, node, only }, ...below(map)];
  return node.properties === undefined ? [{ key, node, only }] : below(node);
}

/** Every group and its choices, with the comment at the head of a choice's file. A choice without a file sets `name` alone. */
function groupsSection(chosen: ReadonlyMap<string, string>): string {
  const library = new ConfigLibrary(undefined, schemaKeys(runConfigSchema));
  const rows = library.groups().flatMap((group) =>
    library.choices(group).map((choice) => {
      const isDefault = chosen.get(group) === choice ? ' (default)' : '';
      return `| \`${group}=${choice}\`${isDefault} | ${headComment(group, choice)} |`;
    }),
  );
  const head = '| override | what it chooses |\n|---|---|';
  return `## Groups\n\nChoices that set several keys at once. The files are in [configs](../packages/inkstone/configs).\n\n${[head, ...rows].join('\n')}\n`;
}

function headComment(group: string, choice: string): string {
  const file = join(BUILT_IN_CONFIGS, group, `${choice}.yaml`);
  if (!existsSync(file)) return `\`${group}.name=${choice}\``;
  const lines = readFileSync(file, 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  const comment = lines.slice(0, end).filter((line) => !line.startsWith('# @package'));
  return comment.map((line) => line.replace(/^# ?/, '')).join(' ');
}

const TABLE_HEAD = '| key | what it is for | default | may be |\n|---|---|---|---|';

export function configurationGuide(): string {
  const { config, composed } = loadRunConfig();
  const line = ({ key, node, only }: Row) => {
    const purpose = `${node.description?.replace(/[*|]/g, '\\$&')}${only.length > 0 ? ` Only with ${only.join(', ')}.` : ''}`;
    const cells = [code(key), purpose, defaultOf(key, node, config), mayBe(node)];
    return `| ${cells.join(' | ')} |`;
  };
  const table = (rows: readonly Row[]) => [TABLE_HEAD, ...rows.map(line)].join('\n');
  const entries = Object.entries(jsonSchema(runConfigSchema).properties ?? {});
  const isMap = ([, node]: (typeof entries)[number]) =>
    node.properties !== undefined || node.oneOf !== undefined;
  const single = entries.filter((entry) => !isMap(entry)).flatMap(([key, node]) => rowsOf(key, node));
  const sections = entries
    .filter(isMap)
    .map(([key, node]) => `## ${key}\n\n${node.description}\n\n${table(rowsOf(key, node))}\n`);
  return [
    INTRODUCTION,
    groupsSection(composed.choices),
    `## The run\n\n${table(single)}\n`,
    ...sections,
  ].join('\n');
}

const code = (text: string): string => `\`${text}\``;

/** What a run has; of a choice that it has not made, what the key has there. */
function defaultOf(key: string, node: JsonSchema, config: object): string {
  const inRun = key
    .split('.')
    .reduce<unknown>((tree, name) => (tree as Record<string, unknown> | null | undefined)?.[name], config);
  const value = inRun === undefined ? node.default : inRun;
  if (value === undefined) return '';
  const isMap =
    typeof value === 'object' && value !== null && !Array.isArray(value) && node.anyOf !== undefined;
  return isMap ? 'on' : code(typeof value === 'string' ? value : JSON.stringify(value));
}

function mayBe(node: JsonSchema): string {
  if (node.enum !== undefined) return node.enum.map(code).join(', ');
  if (node.const !== undefined) return code(String(node.const));
  const several = node.anyOf ?? [];
  if (several.length > 0) return several.map(mayBe).filter(Boolean).join(' or ');
  switch (node.type) {
    case 'boolean':
      return '`true`, `false`';
    case 'integer':
      return `a whole number${range(node)}`;
    case 'number':
      return `a number${range(node)}`;
    case 'array':
      return listOf(node.items);
    case 'null':
      return '`null`';
    case 'object':
      if (node.properties === undefined) return 'a map';
      return Object.keys(node.properties).length === 0 ? '`{}`' : 'a map of the keys below';
    default:
      return `a text${node.examples === undefined ? '' : ` such as ${node.examples.map(String).map(code).join(' or ')}`}`;
  }
}

function listOf(items: JsonSchema['items']): string {
  if (items === undefined) return 'a list';
  const [first] = [items].flat();
  return Array.isArray(items)
    ? `a list of ${items.length}: each ${mayBe(first!)}`
    : `a list of ${mayBe(first!)}`;
}

/** ` from 1 to 1024`. A whole number's own bounds are those of the format, and no news. */
function range({ minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: JsonSchema): string {
  const isTold = (bound: number | undefined) =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  return [
    isTold(minimum) ? ` from ${minimum}` : '',
    isTold(exclusiveMinimum) ? ` above ${exclusiveMinimum}` : '',
    isTold(maximum) ? ` to ${maximum}` : '',
    isTold(exclusiveMaximum) ? ` below ${exclusiveMaximum}` : '',
    multipleOf === undefined ? '' : `, in steps of ${multipleOf}`,
  ].join('');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, make] of Object.entries(GENERATED)) writeFileSync(file, make());
}
