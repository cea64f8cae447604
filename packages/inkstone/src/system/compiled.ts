import { existsSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of the program `name` beside the module at `url`, for a thread or a process. They run compiled code: a module
 * that runs as TypeScript (in tests) is given the compiled twin, at the same place below `dist`.
 */
export function compiledProgram(name: string, url: string): string {
  const here = fileURLToPath(new URL(name, url));
  if (!url.endsWith('.ts')) return here;
  const source = here.lastIndexOf(`${sep}src${sep}`);
  const compiled = `${here.slice(0, source)}${sep}dist${sep}${here.slice(source + 5)}`;
  if (!existsSync(compiled)) throw new Error(`${compiled} is missing: run "npm run build" first`);
  return compiled;
}
