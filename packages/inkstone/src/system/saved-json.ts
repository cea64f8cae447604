/** Reading back the JSON that Inkstone itself wrote: parsed by a schema, never trusted. */
import { readFileSync, statSync } from 'node:fs';
import type { z } from 'zod';
import { InputError } from './error.js';
import { systemReason } from './system-reason.js';

/** @throws InputError with one line: `where`, what is wrong with it, and `advice` */
export function parseJson<T>(text: string, schema: z.ZodType<T>, where: string, advice: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${where}: is no JSON, or was cut off; ${advice}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError(`${where}: is not as Inkstone writes it (${firstIssue(parsed.error)}); ${advice}`);
}

/** @throws InputError for a file that is missing, damaged, or not ours */
export function readJson<T>(file: string, schema: z.ZodType<T>, advice: string): T {
  let text: string;
  try {
    // Reading a pipe would never end.
    if (!statSync(file).isFile()) throw new Error('it is no file');
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file}: cannot be read: ${systemReason(error)}; ${advice}`);
  }
  return parseJson(text, schema, file, advice);
}

/** `updater.optimizerStep: expected number, received string` */
export function firstIssue({ issues: [issue] }: z.ZodError): string {
  const message = issue!.message.replace(/^Invalid input: /, '');
  return [issue!.path.join('.'), message].filter(Boolean).join(': ');
}
