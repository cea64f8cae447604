/** The environment variables that choose how is computed. A wrong one is told before anything is computed with another. */
import { z } from 'zod';
import { InputError } from '../system/index.js';

/** As many as the kernels' pool has. */
const MAX_THREADS = 256;

/** From the best to what runs everywhere. A build has those of its processor, and a machine not all of these. */
const NATIVE_SETS = ['amx', 'avx512bf16', 'avx512', 'avx2', 'neonbf16', 'neon', 'generic'] as const;
const WASM_SETS = ['relaxed', 'simd128'] as const;
export const INSTRUCTION_SETS = [...NATIVE_SETS, ...WASM_SETS] as const;

const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.enum(names, { error: `use ${names.slice(0, -1).join(', ')} or ${names.at(-1)}` }).optional();

const schema = z.object({
  INKSTONE_BACKEND: oneOf(['native', 'wasm', 'reference']),
  INKSTONE_ISA: oneOf(['auto', ...INSTRUCTION_SETS]),
  INKSTONE_THREADS: z
    .string()
    .refine(
      (text) => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_THREADS,
      `use a whole number from 1 to ${MAX_THREADS}`,
    )
    .optional(),
});

export type Environment = z.output<typeof schema>;

/** An empty variable counts as none. Throws InputError that names the variable and what it may be. */
export function checkEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const set = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, variables[name] || undefined]),
  );
  const { data, error } = schema.safeParse(set);
  if (data !== undefined) return data;
  throw new InputError(
    error.issues.map(({ path: [name], message }) => `${String(name)}=${set[String(name)]}: ${message}`),
  );
}
