/** A configuration's schema as JSON Schema: for editors, which complete and check YAML by it, and for the guide. */
import { z } from 'zod';
import { type ConfigTree, isTree } from './tree.js';

/** The parts that are looked at. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly pattern?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** What may be typed. */
export const jsonSchema = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, {
    unrepresentable: 'any',
    io: 'input',
    reused: 'inline',
    target: 'draft-7',
  }) as JsonSchema;

const REFERENCE = { type: 'string', pattern: '\\$\\{' };

/**
 * The same for files: a value may be a `${reference}`, the root may choose groups, and nothing is required, because a file
 * holds only what differs.
 */
export function fileSchema(schema: z.ZodType): object {
  const root = forFiles(jsonSchema(schema)) as { properties: object };
  const defaults = {
    description:
      'What the file is composed of, in this order: a root file, choices of groups, _self_ for its own keys.',
    type: 'array',
  };
  return { ...root, properties: { defaults, ...root.properties } };
}

function forFiles(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(forFiles);
  if (!isTree(node)) return node;
  const { description, default: value, required, ...rest } = node;
  const kept = Object.entries(rest).map(([key, part]) => [key, forFiles(part)]);
  const told = {
    ...(description !== undefined && { description }),
    ...(value !== undefined && { default: value }),
  };
  if (isNarrow(rest)) return { ...told, anyOf: [Object.fromEntries(kept), REFERENCE] };
  // Which of several choices is meant is told by its name.
  const named = Array.isArray(required) && required.includes('name') ? { required: ['name'] } : {};
  return { ...told, ...Object.fromEntries(kept), ...named };
}

/** A single value that does not take every text. */
function isNarrow({ type, const: constant, enum: words, pattern }: ConfigTree): boolean {
  if (typeof type !== 'string' || constant !== undefined) return false;
  return ['integer', 'number', 'boolean'].includes(type) || words !== undefined || pattern !== undefined;
}
