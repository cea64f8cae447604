import { fileURLToPath } from 'node:url';

/** The path of a program beside the module at `url`; for a module that runs as TypeScript (in tests) its compiled twin. */
export function compiledProgram(name: string, url: string): string {
  const here = fileURLToPath(new URL(name, url));
  return url.endsWith('.ts') ? here.replace('/src/', '/dist/') : here;
}
