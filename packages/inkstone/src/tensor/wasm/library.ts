/**
 * The WebAssembly build of the kernels as a `KernelLibrary`, wherever it runs: whoever loads the module says how a worker is
 * started. What the module exports is in native/src/wasm/exports.cpp.
 */
import { InkstoneError } from '../../system/index.js';
import type { KernelLibrary, TransferArray } from '../kernel-library.js';
import { KERNELS, type KernelName } from '../kernels.js';
import { engine, type Memory, type Module, type MutableGlobal } from './engine.js';

/** What a worker gets that helps with the work of a kernel; `HELPER` runs there. */
export interface HelperTask {
  readonly module: Module;
  readonly memory: Memory;
  /** From 1 on. */
  readonly worker: number;
  /** Where its stack begins, which grows downwards, and where its own data lie. */
  readonly stack: number;
  readonly data: number;
}

/** An expression: the function that a worker calls with its task, and that does not return. */
export const HELPER = `({ module, memory, worker, stack, data }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  exports.__stack_pointer.value = stack;
  exports.__wasm_init_tls(data);
  exports.help(worker);
}`;

export interface WasmOptions {
  readonly threads: number;
  /** Absent where there are no workers: then one thread does all the work. */
  readonly startHelper?: ((task: HelperTask) => void) | undefined;
  /** Whether this thread may sleep, which a page's own may not. */
  readonly mayWait: boolean;
}

type Call = (count: number) => number;
interface Exports
  extends Readonly<Record<KernelName | (typeof OTHER_CALLS)[number] | 'open' | 'copy', Call>> {
  slots(): number;
  message(): number;
  isa(): number;
  close(): void;
  setMayWait(may: number): void;
  memoryForHelper(bytes: number): number;
  readonly __tls_size: MutableGlobal;
  __wasm_call_ctors(): void;
}

const OTHER_CALLS = [
  'alloc',
  'free',
  'memory',
  'resetPeak',
  'trim',
  'threads',
  'setThreads',
  'multipliesHalves',
  'keepLittle',
] as const;

/** As native/wasm.mk has them. */
const INITIAL_PAGES = 512;
const MOST_PAGES = 65_536;
/** kMostArguments of native/src/binding/arguments.h. */
const SLOTS = 24;
const HELPER_STACK_BYTES = 1 << 20;

/** By what a call returned; see Outcome of native/src/wasm/exports.cpp. */
const FAILURES = [
  undefined,
  { type: RangeError, code: 'INKSTONE_ARGUMENT' },
  { type: Error, code: 'INKSTONE_OUT_OF_MEMORY' },
  { type: Error, code: 'INKSTONE_INTERNAL' },
] as const;

export function wasmLibrary(module: Module, options: WasmOptions): KernelLibrary {
  const memory = new engine.Memory({ initial: INITIAL_PAGES, maximum: MOST_PAGES, shared: true });
  const wasm = new engine.Instance(module, { env: { memory } }).exports as unknown as Exports;
  wasm.__wasm_call_ctors();
  wasm.setMayWait(Number(options.mayWait));
  // Growing leaves what a view of shared memory sees where it is.
  const slots = new Float64Array(memory.buffer, wasm.slots(), SLOTS);

  const textAt = (address: number): string => {
    const bytes = new Uint8Array(memory.buffer, address);
    return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
  };

  const call = (name: string, run: Call, numbers: readonly number[]): void => {
    for (let i = 0; i < numbers.length; i++) {
      if (typeof numbers[i] !== 'number') throw wrong(name, `argument ${i + 1} is not a number`);
      if (i < SLOTS) slots[i] = numbers[i]!;
    }
    const failure = FAILURES[run(numbers.length)];
    if (failure !== undefined)
      throw Object.assign(new failure.type(`${name}: ${textAt(wasm.message())}`), { code: failure.code });
  };

  /** Between a storage and a typed array, whose elements pass through the module's memory. */
  const transfer = (
    isWrite: boolean,
    words: readonly [id: number, array: TransferArray, offset: number],
  ): void => {
    const name = isWrite ? 'write' : 'read';
    expectCount(name, words, 3);
    const [id, array, offset] = words;
    const type = typeCode(array);
    if (type === undefined) throw wrong(name, 'expected a typed array of float32, float64, uint8 or uint16');
    call(name, wasm.open, [id, offset, type, array.length]);
    const here = new Uint8Array(memory.buffer, slots[0], array.byteLength);
    const there = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    try {
      if (isWrite) here.set(there);
      call(name, wasm.copy, [Number(isWrite)]);
      if (!isWrite) there.set(here);
    } finally {
      wasm.close();
    }
  };

  let helpers = 0;
  const startHelpers = (wanted: number): void => {
    for (; options.startHelper !== undefined && helpers < wanted; helpers++) {
      const stack = wasm.memoryForHelper(HELPER_STACK_BYTES);
      const data = wasm.memoryForHelper(wasm.__tls_size.value);
      if (stack === 0 || data === 0) return;
      options.startHelper({ module, memory, worker: helpers + 1, stack: stack + HELPER_STACK_BYTES, data });
    }
  };

  const names = [...(Object.keys(KERNELS) as KernelName[]), ...OTHER_CALLS];
  const direct = Object.fromEntries(
    names.map((name) => [name, (...numbers: number[]) => call(name, wasm[name], numbers)]),
  ) as Record<(typeof names)[number], (...numbers: number[]) => void>;
  const library: KernelLibrary = {
    ...direct,
    alloc(...numbers) {
      direct.alloc(...numbers);
      return slots[0]!;
    },
    write: (...words) => transfer(true, words),
    read: (...words) => transfer(false, words),
    memory(...numbers: []) {
      direct.memory(...numbers);
      return [slots[0]!, slots[1]!, slots[2]!];
    },
    threads(...numbers: []) {
      direct.threads(...numbers);
      return slots[0]!;
    },
    multipliesHalves(...numbers: []) {
      direct.multipliesHalves(...numbers);
      return slots[0] === 1;
    },
    setThreads(...numbers) {
      direct.setThreads(...numbers);
      startHelpers(library.threads() - 1);
    },
    isa(...words: []) {
      expectCount('isa', words, 0);
      return textAt(wasm.isa());
    },
    setIsa(...words) {
      expectCount('setIsa', words, 1);
      const isa = textAt(wasm.isa());
      if (typeof words[0] !== 'string') throw wrong('setIsa', 'a name must be a string');
      if (!['auto', '', isa].includes(words[0]))
        throw wrong(
          'setIsa',
          `INKSTONE_ISA=${words[0]}: there is no such instruction set in this build; use auto or ${isa}`,
        );
    },
  };
  library.setThreads(options.threads);
  return library;
}

const wrong = (name: string, what: string): Error =>
  Object.assign(new RangeError(`${name}: ${what}`), { code: 'INKSTONE_ARGUMENT' });

function expectCount(name: string, words: readonly unknown[], count: number): void {
  if (words.length < count)
    throw wrong(name, `argument ${words.length + 1} is missing, there must be ${count}`);
  if (words.length > count) throw wrong(name, `${words.length} arguments were given, there must be ${count}`);
}

/** As DTYPE_CODES; 16 bits stand for either type that has them. */
function typeCode(array: unknown): number | undefined {
  if (array instanceof Float32Array) return 0;
  if (array instanceof Float64Array) return 4;
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 3;
  return array instanceof Uint16Array ? 1 : undefined;
}

/** A module whose `f32x4.relaxed_madd` says whether the engine has relaxed SIMD. */
const RELAXED_SIMD = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 2, 0x0b],
);

/** The modules that this engine may run, best first. */
export const usableModules = (): readonly string[] =>
  engine.validate(RELAXED_SIMD) ? ['relaxed', 'simd128'] : ['simd128'];

/** There is no WebAssembly build of the kernels, or none that this engine runs. */
export class WasmBackendUnavailableError extends InkstoneError {
  constructor(reason: string, options?: ErrorOptions) {
    super(`the WebAssembly kernels could not be loaded: ${reason}`, options);
  }
}
