import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compiledKernels } from './available.js';
import { backend } from './current.js';

/** What decides how kernels round: the instruction set, and a digest of the kernels as they were compiled. */
export function kernelsIdentity(): string {
  const { name } = backend();
  if (name === 'reference') return name;
  const { library, path } = compiledKernels(name);
  return `${library.isa()}, ${createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12)}`;
}
