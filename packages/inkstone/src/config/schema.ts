/** Puts the schema of a configuration together from the records of its components, and says what is in it. */
import { z } from 'zod';
import { type JsonSchema, jsonSchema } from './json-schema.js';
import { isTree } from './tree.js';

/** One of several components of a kind: its name, the options that it alone knows, and how to make it from them. */
export interface Choice<Context extends unknown[] = never, Made = unknown> {
  readonly name: string;
  readonly schema: z.ZodObject;
  create(options: never, ...context: Context): Made;
}

type Branch<R, Name extends z.ZodType> = R extends Choice
  ? z.ZodObject<{ name: Name } & R['schema']['shape']>
  : never;
type NameOf<R> = R extends Choice ? z.ZodLiteral<R['name']> : never;
type Named<R> = R extends Choice ? Branch<R, NameOf<R>> : never;

/** The schema of a choice: which one is made is in `name`. */
export type ChoiceSchema<Records extends readonly Choice[]> = z.ZodPrefault<
  z.ZodType<
    z.output<Named<Records[number]>>,
    z.input<Named<Records[number]>> | z.input<Branch<Records[0], z.ZodOptional<NameOf<Records[0]>>>>
  >
>;

/**
 * A map whose `name` chooses among the records (the first one when it is left out) and whose other keys are those of the
 * chosen record. Keys of the other records are left out, so that another choice needs no clearing up.
 */
export function choiceSchema<const Records extends readonly [Choice, ...Choice[]]>(
  records: Records,
): ChoiceSchema<Records> {
  const [first] = records;
  const branches = records.map((record) => {
    const name = z.literal(record.name).describe(`One of ${records.map(({ name }) => name).join(', ')}.`);
    return z.strictObject({
      name: record === first ? name.default(record.name) : name,
      ...record.schema.shape,
    });
  });
  const all = branches.flatMap(({ shape }) => Object.keys(shape));
  const chosen = (value: unknown): unknown => {
    if (!isTree(value)) return value;
    const named = { ...value, name: value.name ?? first.name };
    const branch = branches[records.findIndex(({ name }) => name === named.name)];
    return branch === undefined
      ? named
      : without(
          named,
          all.filter((key) => !(key in branch.shape)),
        );
  };
  const schema = z.discriminatedUnion('name', branches as [(typeof branches)[number]]);
  return z.preprocess(chosen, schema).prefault({}) as never;
}

/** What the record of `config.name` makes. */
export function createChoice<Context extends unknown[], Made>(
  records: readonly Choice<Context, Made>[],
  config: { readonly name: string },
  ...context: Context
): Made {
  const record = records.find(({ name }) => name === config.name);
  if (record === undefined) throw new RangeError(`there is no "${config.name}"`);
  return record.create(config as never, ...context);
}

/** Takes keys that mean nothing (any more) beside those of `schema`, and leaves them out. */
export function ignoring<Schema extends z.ZodType>(
  keys: readonly string[],
  schema: Schema,
): z.ZodType<z.output<Schema>, z.input<Schema>> {
  return z.preprocess((value) => (isTree(value) ? without(value, keys) : value), schema) as never;
}

function without(tree: object, keys: Iterable<string>): object {
  const left = { ...tree } as Record<string, unknown>;
  for (const key of keys) delete left[key];
  return left;
}

/** A key of a configuration: what it is for, and what it is when nobody sets it. */
export interface SchemaKey {
  readonly description: string | undefined;
  readonly default: unknown;
  /** All that it may be, when that is one of some words. */
  readonly words: readonly string[] | undefined;
  /** It holds other keys. */
  readonly isMap: boolean;
}

const found = new WeakMap<z.ZodType, Map<string, SchemaKey>>();

/** Every key that the schema knows by its path, maps included. Where choices share a key, the first one describes it. */
export function schemaKeys(schema: z.ZodType): ReadonlyMap<string, SchemaKey> {
  const known = found.get(schema);
  if (known !== undefined) return known;
  const keys = new Map<string, SchemaKey>();
  found.set(schema, keys);
  const visit = (node: JsonSchema, prefix: string): void => {
    for (const branch of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) visit(branch, prefix);
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      const path = prefix === '' ? key : `${prefix}.${key}`;
      const { size } = keys;
      visit(child, path);
      if (keys.has(path)) continue;
      const { description, default: value, enum: words } = child;
      keys.set(path, { description, default: value, words, isMap: keys.size > size });
    }
  };
  visit(jsonSchema(schema), '');
  return keys;
}
