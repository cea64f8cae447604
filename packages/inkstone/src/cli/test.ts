/** `inkstone test`: evaluates a checkpoint on a split. */
import { Command, Option } from 'commander';
import { SPLITS, type Split } from '../data/index.js';
import { loadCheckpointConfig, testCheckpoint } from '../runs/index.js';
import { counted, printable } from '../system/index.js';
import { Terminal } from '../tracking/index.js';
import { checkpointOption } from './checkpoint-option.js';
import { type ConfigArguments, composeOptions, withConfigOptions } from './config-options.js';
import { heightTable } from './height-table.js';
import { table } from './table.js';

interface TestArguments extends ConfigArguments {
  readonly checkpoint: string;
  readonly split: Split;
  readonly json?: boolean;
}

export function testCommand(): Command {
  return withConfigOptions(new Command('test'))
    .addOption(checkpointOption())
    .addOption(new Option('--split <name>', 'which part of the data set').choices(SPLITS).default('val'))
    .option('--json', 'print JSON')
    .action(async (overrides: string[], options: TestArguments) => {
      const { config } = loadCheckpointConfig(options.checkpoint, composeOptions(overrides, options));
      const terminal = new Terminal(options.json ? process.stderr : process.stdout);
      const result = await testCheckpoint(config, { ...options, terminal });
      const rows = Object.entries(result.metrics).map(([name, value]) => [name, value.toFixed(4)] as const);
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ ...result, metrics: undefined, ...result.metrics }, null, 2)}\n`
          : `${printable(result.checkpoint)} on ${counted(result.images, 'image')} of ${result.split}\n${table(rows)}\n\n${heightTable(result.recallByHeight)}\n`,
      );
    });
}
