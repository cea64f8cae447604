/** Finds and loads the WebAssembly kernels in Node. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InputError } from '../../system/index.js';
import type { Backend } from '../backend.js';
import { checkEnvironment } from '../environment.js';
import { createKernelBackend } from '../kernel-backend.js';
import type { KernelLibrary } from '../kernel-library.js';
import { engine, type Module } from './engine.js';
import {
  HELPER,
  type HelperTask,
  usableModules,
  WasmBackendUnavailableError,
  wasmLibrary,
} from './library.js';

/** What scripts/wasm.mjs makes, and the package brings; from src/tensor/wasm and from dist/tensor/wasm alike. */
const FOLDER = new URL('../../../build/wasm/', import.meta.url);

interface Loaded {
  readonly library: KernelLibrary;
  readonly backend: Backend;
  readonly path: string;
}

const loaded = new Map<string, Loaded>();

/** The kernels for this engine. Throws `WasmBackendUnavailableError` when there are none. */
export const nodeWasm = (): Loaded => load(chosenModule());

/** Those for one instruction set, `relaxed` or `simd128`. */
export function load(isa: string): Loaded {
  const path = fileURLToPath(new URL(`${isa}.wasm`, FOLDER));
  let found = loaded.get(isa);
  if (found === undefined) {
    const threads = Number(checkEnvironment().INKSTONE_THREADS ?? availableParallelism());
    const library = wasmLibrary(compile(path), { threads, startHelper, mayWait: true });
    found = { library, backend: createKernelBackend('wasm', library), path };
    loaded.set(isa, found);
  }
  return found;
}

/** INKSTONE_ISA, or the best. */
function chosenModule(): string {
  const wish = checkEnvironment().INKSTONE_ISA ?? 'auto';
  const usable = usableModules();
  if (wish === 'auto') return usable[0]!;
  if (!usable.includes(wish))
    throw new InputError(`INKSTONE_ISA=${wish}: the WebAssembly kernels have ${usable.join(' and ')} here`);
  return wish;
}

function compile(path: string): Module {
  if (!existsSync(path)) throw new WasmBackendUnavailableError(`${path} is not there`);
  try {
    return new engine.Module(readFileSync(path));
  } catch (cause) {
    throw new WasmBackendUnavailableError((cause as Error).message, { cause });
  }
}

/** It ends with the process, which does not wait for it. */
function startHelper(task: HelperTask): void {
  const script = `(${HELPER})(require('node:worker_threads').workerData)`;
  new Worker(script, { eval: true, workerData: task, execArgv: [], env: {} }).unref();
}
