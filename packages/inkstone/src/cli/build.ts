/** `inkstone build`: the native kernels, compiled on the machine they are to run on, and what training on several needs. */
import { Command } from 'commander';

const MPI = { kind: 'mpi', compiler: 'mpicxx' } as const;

export function buildCommand(): Command {
  return new Command('build')
    .description('Needs g++ and make, and a few minutes. What is up to date is not compiled again.')
    .action(async () => {
      const { compileAddon, isInstalled, loadBackend } = await import('../tensor/index.js');
      console.log('Compiling the native kernels, which takes a few minutes the first time.');
      const path = compileAddon();
      loadBackend('native');
      console.log(`The native kernels are ready: ${path}`);
      if (!isInstalled(MPI.compiler)) return;
      console.log(`MPI is here, so training on several machines is ready too: ${compileAddon(MPI)}`);
    });
}
