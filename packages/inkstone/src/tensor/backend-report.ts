import { compiledKernels, fastestBackend } from './available.js';
import type { Backend } from './backend.js';
import { backend } from './current.js';
import { checkEnvironment } from './environment.js';

/** Which backend is used, and why. */
export interface BackendReport {
  readonly name: Backend['name'];
  readonly because: string;
  /** Somebody asked for it, or it is the fastest that there is: nothing is missing. */
  readonly isWanted: boolean;
  /** Of compiled kernels. */
  readonly kernels?: {
    readonly file: string;
    readonly instructionSet: string;
    /** Its convolutions are faster when they multiply bfloat16. */
    readonly multipliesHalves: boolean;
    /** That share the work of one kernel. */
    readonly threads: number;
  };
}

/** Whether half arithmetic is what the backend in use is fastest at. */
export const multipliesHalves = (): boolean => kernelsOf(backend().name).kernels?.multipliesHalves ?? false;

/** As `backend()` chooses, without its warning. @throws InputError for a variable that is wrong */
export function reportBackend(): BackendReport {
  const wish = checkEnvironment().INKSTONE_BACKEND;
  if (wish !== undefined)
    return { name: wish, because: 'INKSTONE_BACKEND asks for it', isWanted: true, ...kernelsOf(wish) };
  const { backend: fastest, missing } = fastestBackend();
  return {
    name: fastest.name,
    because: missing.length === 0 ? 'the fastest that there is' : missing.join('; '),
    isWanted: missing.length === 0,
    ...kernelsOf(fastest.name),
  };
}

function kernelsOf(name: Backend['name']): Pick<BackendReport, 'kernels'> {
  if (name === 'reference') return {};
  const { library, path } = compiledKernels(name);
  return {
    kernels: {
      file: path,
      instructionSet: library.isa(),
      multipliesHalves: library.multipliesHalves(),
      threads: library.threads(),
    },
  };
}
