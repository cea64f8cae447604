/** How much faster a training step becomes with each further thread. */
import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { PRECISION_NAMES, type PrecisionName } from '../packages/inkstone/src/amp/index.js';
import { ENCODERS, type EncoderName } from '../packages/inkstone/src/detection/index.js';
import { measureStep } from '../packages/inkstone/src/studies/index.js';
import { median } from '../packages/inkstone/src/system/index.js';

interface Options {
  readonly encoder: EncoderName;
  readonly precision: PrecisionName;
  readonly batch: string;
  readonly size: string;
  readonly rounds: string;
}

export async function benchThreads(args: readonly string[]): Promise<void> {
  const names = ENCODERS.map(({ name }) => name);
  const command = new Command('bench threads')
    .addOption(new Option('--encoder <name>').choices(names).default('resnet18'))
    .addOption(new Option('--precision <name>').choices(PRECISION_NAMES).default('32-true'))
    .option('--batch <n>', 'images a step', '2')
    .option('--size <pixels>', 'side of the square images', '640')
    .option('--rounds <n>', 'rounds; each runs every number of threads once, in turn', '5')
    .parse(args, { from: 'user' });
  const { encoder, precision, batch, size, rounds } = command.opts<Options>();
  const step = { encoder, precision, batch: Number(batch), size: Number(size), steps: 2 };
  const seconds: number[][] = Array.from({ length: availableParallelism() }, () => []);
  for (let round = 0; round < Number(rounds); round++) {
    for (const [index, measured] of seconds.entries()) {
      measured.push((await measureStep(step, index + 1)).medianSeconds);
    }
  }
  console.log(`${encoder}, ${precision}, batch ${batch}, ${size} × ${size} pixels:`);
  for (const [index, measured] of seconds.entries()) {
    const gain = median(measured.map((value, round) => seconds[0]![round]! / value))!;
    const threads = index === 0 ? '1 thread' : `${index + 1} threads`;
    console.log(
      `${threads}: ${median(measured)!.toFixed(3)} s a step, ${gain.toFixed(2)} times as fast as one`,
    );
  }
}
