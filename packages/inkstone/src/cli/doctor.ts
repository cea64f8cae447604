/** `inkstone doctor`: what Inkstone finds on this machine, what is missing, and how fast it is. */
import { Command } from 'commander';
import type { Examination, Speed } from '../studies/index.js';
import { bytes } from '../system/index.js';
import { table } from './table.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Says which kernels run and why, what they may use of this machine, and what is missing. Takes at most ten seconds on an\n' +
        'idle machine. Exit code 1 when training here would be too slow to be of use.',
    )
    .option('--no-speed', 'measure nothing')
    .option('--json', 'print JSON')
    .action(async ({ speed: isMeasured, json }: { readonly speed: boolean; readonly json?: boolean }) => {
      const { examineMachine, measureSpeed } = await import('../studies/index.js');
      const { setBackend } = await import('../tensor/index.js');
      const examination = examineMachine();
      // Chosen here, because choosing the slow one by itself warns, and the text below says the same.
      setBackend(examination.backend.name);
      const speed = isMeasured ? measureSpeed() : undefined;
      process.stdout.write(
        json ? `${JSON.stringify({ ...examination, speed }, null, 2)}\n` : describe(examination, speed),
      );
      if (examination.backend.name === 'reference') process.exitCode = 1;
    });
}

function describe(
  { versions, backend, processors, memory, cache, missing }: Examination,
  speed?: Speed,
): string {
  const kernels: [string, string][] =
    backend.kernels === undefined
      ? []
      : [
          ['kernels', backend.kernels.file],
          ['instruction set', backend.kernels.instructionSet],
          ['bf16-mixed', `multiplies ${backend.kernels.multipliesHalves ? 'bf16' : 'fp32'}`],
          ['threads', `${backend.kernels.threads} on ${processors} processors`],
        ];
  const rows: [string, string][] = [
    ['inkstone', versions.inkstone],
    ['machine', `Node ${versions.node}, ${versions.system}`],
    ['backend', `${backend.name}: ${backend.because}`],
    ...kernels,
    ['memory', `${bytes(memory.available)} free of ${bytes(memory.total)}`],
    ['cache', `${bytes(cache.free)} free for ${cache.folder}`],
    ...(speed === undefined ? [] : [['speed', describeSpeed(speed)] as [string, string]]),
  ];
  const advice = missing.map(
    ({ isOptional, what, why, todo }) =>
      `${isOptional ? 'not installed' : 'missing'}: ${what}, ${why}; ${todo}\n`,
  );
  const isComplete = missing.every(({ isOptional }) => isOptional);
  return `${table(rows)}\n\n${isComplete ? 'Nothing is missing that training needs.\n' : ''}${advice.join('')}`;
}

const describeSpeed = ({ size, seconds }: Speed): string =>
  `${seconds.toPrecision(2)} s for a training step with one picture of ${size} × ${size} pixels`;
