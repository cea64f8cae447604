import { createRequire } from 'node:module';
import type { OnnxRuntime } from 'inkstone-detect';
import { InputError } from '../system/index.js';

/** The faster one first. */
const PACKAGES = ['onnxruntime-node', 'onnxruntime-web'];

const require = createRequire(import.meta.url);

/** ONNX Runtime, whichever of its packages is installed. @throws InputError when there is none */
export function loadOnnxRuntime(packages: readonly string[] = PACKAGES): OnnxRuntime {
  for (const name of packages) {
    try {
      return require(name) as OnnxRuntime;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new InputError(`ONNX Runtime is not installed: npm install ${packages[0]}`);
}
