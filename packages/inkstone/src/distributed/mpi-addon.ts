/** The MPI addon as TypeScript sees it: requests by number, ranks, kinds and bytes. It never waits. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { InputError } from '../system/index.js';

export interface MpiAddon {
  /** Starts MPI in this process. It waits for the launcher, not for other ranks' programs. */
  init(): { readonly rank: number; readonly size: number };
  /** Begins to send. `body` must not change before the request is done. */
  send(to: number, kind: number, body: Uint8Array): number;
  /** A message that has come and is not received yet: [from, kind, bytes]. */
  probe(): readonly [number, number, number] | undefined;
  /** Begins to receive the message that `probe` told of. */
  receive(from: number, kind: number, body: Uint8Array): number;
  /** Whether a request is done; once told so, it is gone. */
  test(request: number): boolean;
  finalize(): void;
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
