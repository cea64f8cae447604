import type { OnnxRuntime } from 'inkstone-detect';
import { InputError } from '../system/index.js';

/** The faster one first. */
const PACKAGES = ['onnxruntime-node', 'onnxruntime-web'];

/** ONNX Runtime, whichever of its packages is installed. @throws InputError when there is none */
export async function loadOnnxRuntime(packages: readonly string[] = PACKAGES): Promise<OnnxRuntime> {
  for (const name of packages) {
    try {
      return (await import(name)) as OnnxRuntime;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    }
  }
  throw new InputError(`ONNX Runtime is not installed: npm install ${packages[0]}`);
}
