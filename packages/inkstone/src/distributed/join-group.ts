/** Which ranks this process works with: what started it says so in its environment. */
import { InputError } from '../system/index.js';
import { Group } from './group.js';
import type { Link } from './link.js';
import type { DistributedConfig } from './options.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** By which Open MPI, MPICH and Slurm say how many processes they started. */
const MPI_SIZES = ['OMPI_COMM_WORLD_SIZE', 'PMI_SIZE', 'SLURM_STEP_NUM_TASKS'];
/** The same for processes of one machine that somebody starts by hand. */
const SOCKET_VARIABLES = ['INKSTONE_RANKS', 'INKSTONE_RANK', 'INKSTONE_RANKS_FOLDER'] as const;

/**
 * The ranks of the run, or undefined where this process is alone: then nothing is loaded or started.
 *
 * @throws InputError when the ranks that were asked for cannot be reached, RankError when one does not come
 */
export async function joinGroup(
  { backend, timeout }: Omit<DistributedConfig, 'wire'>,
  environment: Environment = process.env,
): Promise<Group | undefined> {
  const way = backend === 'auto' ? launchedBy(environment) : backend;
  if (way === 'none') return undefined;
  const link = await (way === 'mpi' ? joinByMpi(environment, timeout) : joinBySockets(environment, timeout));
  return new Group(link, timeout);
}

function launchedBy(environment: Environment): 'mpi' | 'sockets' | 'none' {
  if (environment.INKSTONE_RANKS !== undefined) return 'sockets';
  return startedRanks(environment) > 1 ? 'mpi' : 'none';
}

/** As MPI's launcher says; 1 where there is none. */
function startedRanks(environment: Environment): number {
  return Math.max(1, ...MPI_SIZES.map((name) => Number(environment[name] ?? 1)));
}

async function joinByMpi(environment: Environment, timeout: number): Promise<Link> {
  const [{ mpiAddon }, { MpiLink }] = await Promise.all([import('./mpi-addon.js'), import('./mpi-link.js')]);
  const link = await MpiLink.join(mpiAddon(), timeout);
  const started = startedRanks(environment);
  if (link.size >= started) return link;
  await link.close(true);
  throw new InputError(
    `${started} processes were started, but MPI joins only ${link.size} of them: with Slurm use srun --mpi=pmix (or pmi2), elsewhere run inkstone build again, in case it found another MPI than that of this mpirun; ` +
      'distributed.backend=none trains in each process alone',
  );
}

async function joinBySockets(environment: Environment, timeout: number): Promise<Link> {
  const [size, rank] = [Number(environment.INKSTONE_RANKS), Number(environment.INKSTONE_RANK)];
  const folder = environment.INKSTONE_RANKS_FOLDER;
  const isPlace = Number.isInteger(size) && Number.isInteger(rank) && rank >= 0 && rank < size;
  if (!isPlace || folder === undefined) {
    const given = SOCKET_VARIABLES.map((name) => `${name}=${environment[name] ?? ''}`).join(' ');
    throw new InputError(
      `${given}: ranks that meet by sockets need the number of ranks, the number of this one from 0, and a folder for the sockets`,
    );
  }
  const sockets = await import('./socket-link.js');
  return sockets.joinBySockets({ folder, rank, size }, timeout);
}
