/** Loads the WebAssembly kernels in a browser's page or worker. */
import type { Backend } from '../backend.js';
import { createKernelBackend } from '../kernel-backend.js';
import { engine } from './engine.js';
import {
  HELPER,
  type HelperTask,
  usableModules,
  WasmBackendUnavailableError,
  wasmLibrary,
} from './library.js';

export interface WasmBackendOptions {
  /** Where `simd128.wasm` and `relaxed.wasm` of the package's `build/wasm` are served, relative to the page. */
  readonly folder: string;
  /**
   * That share the work of one kernel. Default: one for each core. Always one on a page that is not cross-origin isolated, as
   * browsers share memory with no other.
   */
  readonly threads?: number;
}

/** What is used here of a browser. */
interface Browser {
  readonly crossOriginIsolated: boolean;
  /** Absent in workers. */
  readonly document?: object;
  readonly location: { readonly href: string };
  readonly navigator: { readonly hardwareConcurrency: number };
  readonly Worker: new (address: string) => { postMessage(task: HelperTask): void };
}

/** The backend to give to `setBackend`. Throws `WasmBackendUnavailableError` when the kernels are not there or cannot run. */
export async function openWasmBackend(options: WasmBackendOptions): Promise<Backend> {
  const browser = globalThis as unknown as Browser;
  const [isa] = usableModules();
  const address = new URL(`${isa}.wasm`, new URL(options.folder, browser.location.href));
  const response = await fetch(address);
  if (!response.ok) throw new WasmBackendUnavailableError(`${address} answers ${response.status}`);
  const module = await engine.compile(await response.arrayBuffer()).catch((cause: Error) => {
    throw new WasmBackendUnavailableError(cause.message, { cause });
  });
  const threads = browser.crossOriginIsolated
    ? (options.threads ?? browser.navigator.hardwareConcurrency)
    : 1;
  const script = new Blob([`onmessage = ({ data }) => (${HELPER})(data);`], { type: 'text/javascript' });
  const startHelper = (task: HelperTask): void =>
    new browser.Worker(URL.createObjectURL(script)).postMessage(task);
  const mayWait = browser.document === undefined;
  return createKernelBackend('wasm', wasmLibrary(module, { threads, startHelper, mayWait }));
}
