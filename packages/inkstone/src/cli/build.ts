/** `inkstone build`: the native kernels, compiled on the machine they are to run on. */
import { Command } from 'commander';
import { compileAddon, loadBackend } from '../tensor/index.js';

export function buildCommand(): Command {
  return new Command('build')
    .summary('compile the native kernels from the sources in the package')
    .description('Needs g++ and make, and a few minutes. What is up to date is not compiled again.')
    .action(() => {
      console.log('Compiling the native kernels, which takes a few minutes the first time.');
      const path = compileAddon();
      loadBackend('native');
      console.log(`The native kernels are ready: ${path}`);
    });
}
