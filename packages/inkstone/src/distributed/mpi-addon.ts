/** The MPI addon as TypeScript sees it: requests by number, ranks, kinds and bytes. It never waits. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { InputError } from '../system/index.js';

export interface MpiAddon {
  /** Begins to start MPI in this process, which takes until every other rank does the same. Once in a process. */
  init(): void;
  /** Undefined until it has started. Before that, nothing else may be asked. */
  joined(): { readonly rank: number; readonly size: number } | undefined;
  /** Begins to send. `body` must not change before the request is done. */
  send(to: number, kind: number, body: Uint8Array): number;
  /** A message that has come and is not received yet: [from, kind, bytes]. */
  probe(): readonly [number, number, number] | undefined;
  /** Begins to receive the message that `probe` told of. */
  receive(from: number, kind: number, body: Uint8Array): number;
  /** Whether a request is done; once told so, it is gone. */
  test(request: number): boolean;
  /** Begins to end MPI, which takes until every other rank does the same. From then on, nothing else may be asked. Once in a process. */
  finalize(): void;
  finalized(): boolean;
  /** Ends this process at once, also when MPI still waits for others. */
  leave(exitCode: number): void;
  /** Ends every rank at once. */
  abort(exitCode: number): void;
}

/** From src/distributed and from dist/distributed alike. */
export const MPI_ADDON = fileURLToPath(new URL('../../build/mpi/inkstone.node', import.meta.url));

/** @throws InputError when it was not built or does not load */
export function mpiAddon(): MpiAddon {
  const advice = 'distributed.backend=none trains in this process alone';
  if (!existsSync(MPI_ADDON)) {
    throw new InputError(
      'this process is one of several ranks, and the MPI addon is not built: install openmpi-bin and libopenmpi-dev ' +
        `(or MPICH) and run inkstone build; ${advice}`,
    );
  }
  try {
    return createRequire(import.meta.url)(MPI_ADDON) as MpiAddon;
  } catch (cause) {
    throw new InputError(`the MPI addon does not load (${(cause as Error).message}); ${advice}`, { cause });
  }
}
