/** What is used here of the engine's WebAssembly. Only TypeScript's types for browsers declare it, and they declare a browser. */

/** What may be sent to a worker. */
export interface Module {
  readonly [Symbol.toStringTag]: string;
}

/** Shared with workers; it grows as the module needs. */
export interface Memory {
  readonly buffer: SharedArrayBuffer;
}

export interface MutableGlobal {
  value: number;
}

interface Engine {
  readonly Module: new (bytes: Uint8Array) => Module;
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => Memory;
  readonly Instance: new (
    module: Module,
    imports: { env: { memory: Memory } },
  ) => { readonly exports: object };
  /** As `new Module`, where the thread may not be held up for long. */
  compile(bytes: ArrayBuffer): Promise<Module>;
  validate(bytes: Uint8Array): boolean;
}

export const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;
