/** `inkstone numerics`: what 16-bit storage does to a checkpoint's numbers, layer by layer. */
import { Command } from 'commander';
import { loadCheckpointConfig } from '../runs/index.js';
import { examineNumerics, type Numerics, numericsFileOf, numericsTable } from '../studies/index.js';
import { printable, writeResult } from '../system/index.js';
import { Terminal } from '../tracking/index.js';
import { checkpointOption } from './checkpoint-option.js';
import { type ConfigArguments, composeOptions, withConfigOptions } from './config-options.js';
import { prepareFile } from './output-file.js';
import { positiveInteger } from './positive-integer.js';
import { columns } from './table.js';

interface NumericsArguments extends ConfigArguments {
  readonly checkpoint: string;
  readonly batches: number;
  readonly json?: boolean;
  readonly output?: string;
}

const DEFAULT_BATCHES = 2;

export function numericsCommand(): Command {
  return withConfigOptions(new Command('numerics'))
    .description(
      'Runs a few training batches forward and backward in float32 and says which activations and gradients float16 (at\n' +
        "the checkpoint's loss scale) and bfloat16 would lose. Exit code 1 when float16 would lose something that matters.",
    )
    .addOption(checkpointOption())
    .option('--batches <n>', 'training batches to look at', positiveInteger, DEFAULT_BATCHES)
    .option('--json', 'print JSON')
    .option(
      '--output <file>',
      "where to keep the JSON; numerics.json in the run's folder, and nowhere for weights of no run",
    )
    .action(async (overrides: string[], options: NumericsArguments) => {
      const { config } = loadCheckpointConfig(options.checkpoint, composeOptions(overrides, options));
      if (options.output !== undefined) prepareFile(options.output);
      const terminal = new Terminal(options.json ? process.stderr : process.stdout);
      const numerics = await examineNumerics(config, { ...options, terminal });
      const json = JSON.stringify(numerics, null, 2);
      const file = options.output ?? numericsFileOf(numerics);
      if (file !== undefined) writeResult(file, `${json}\n`, options.output === undefined);
      process.stdout.write(`${options.json ? json : describe(numerics)}\n`);
      if (file !== undefined) terminal.line(`written to ${file}`);
      if (numerics.layers.some(({ problem }) => problem !== null)) process.exitCode = 1;
    });
}

function describe(numerics: Numerics): string {
  const { checkpoint, batches, loss_scale, scale_from, accumulated_batches, advice } = numerics;
  const scale =
    scale_from === 'checkpoint' ? `${loss_scale} (from the checkpoint)` : `${loss_scale} (at the start)`;
  const shared = accumulated_batches > 1 ? `, shared by ${accumulated_batches} accumulated batches` : '';
  return [
    `${printable(checkpoint)}: ${batches} training batches, loss scale ${scale}${shared}`,
    '',
    columns(numericsTable(numerics)),
    '',
    'Exponents: 1 % of the values that are not zero lie below the first, none above the last. Gradients before scaling.',
    '',
    ...advice,
  ].join('\n');
}
