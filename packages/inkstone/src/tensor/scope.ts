/**
 * Scopes decide how long a tensor lives: what is created inside `tidy` is released when it returns, except what it
 * returns. JavaScript's collector knows nothing of native memory and comes far too late for tensors of 50 MB.
 */

interface Disposable {
  dispose(): void;
}

let current: Disposable[] | undefined;

/** Puts a new tensor into the innermost scope. Outside any scope it belongs to whoever made it. */
export function registerInScope(tensor: Disposable): void {
  current?.push(tensor);
}

/** Runs `body`; on leaving, even by an exception, releases every tensor created inside that is not returned. */
export function tidy<T>(body: () => T): T {
  const outer = current;
  const created: Disposable[] = [];
  current = created;
  const kept = new Set<unknown>();
  try {
    const result = body();
    collect(result, kept);
    return result;
  } finally {
    current = outer;
    for (const tensor of created) {
      if (!kept.has(tensor)) tensor.dispose();
      else outer?.push(tensor);
    }
  }
}

/** Runs `body` outside every scope: what it creates (parameters, optimiser state) lives until it is disposed. */
export function persistent<T>(body: () => T): T {
  const outer = current;
  current = undefined;
  try {
    return body();
  } finally {
    current = outer;
  }
}

/** Every object in a result: a tensor is found by identity, so its own fields need no visit. */
function collect(value: unknown, found: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || found.has(value) || ArrayBuffer.isView(value)) return;
  found.add(value);
  if ('dispose' in value) return;
  for (const item of value instanceof Map ? value.values() : Object.values(value)) collect(item, found);
}
