/** Open MPI's `mpirun` may keep each rank to a few processors of its machine, of which whoever started it should know. */
import { availableParallelism, cpus } from 'node:os';

type Environment = Readonly<Record<string, string | undefined>>;

interface Processors {
  /** That this process may use. */
  readonly allowed: number;
  readonly present: number;
}

/** Says so when the ranks of this machine together may not use all of it; undefined otherwise. */
export function boundRank(
  environment: Environment = process.env,
  { allowed, present }: Processors = { allowed: availableParallelism(), present: cpus().length },
): string | undefined {
  if (environment.OMPI_MCA_orte_bound_at_launch !== '1') return undefined;
  const ranks = Number(environment.OMPI_COMM_WORLD_LOCAL_SIZE ?? 1);
  if (ranks * allowed >= present) return undefined;
  return (
    `mpirun keeps a rank to ${allowed} of the ${present} processors of its machine; ` +
    'with mpirun --bind-to none it uses all of them, or as many as INKSTONE_THREADS says'
  );
}
