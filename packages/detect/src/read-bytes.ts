/** Where bytes may come from: a path (in Node), an address, or themselves. */
export type BytesSource = string | URL | Blob | ArrayBuffer | Uint8Array;

const ADDRESS = /^(https?|data|blob):/;

export async function readBytes(source: BytesSource): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  // Asked for at run time, so that bundlers for browsers do not look for it.
  const files = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  if (files !== undefined && !ADDRESS.test(String(source))) return files.readFile(source);
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${source}: the server answers ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
