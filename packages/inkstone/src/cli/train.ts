/** `inkstone train`: trains as the composed configuration says. */
import { Command } from 'commander';
import { printConfig, schemaKeys } from '../config/index.js';
import { loadTrainConfig, runConfigSchema } from '../runs/index.js';
import {
  type ConfigArguments,
  composeOptions,
  sayWithoutEffect,
  withConfigOptions,
} from './config-options.js';
import { collect, runTraining, type TrainingArguments } from './run-training.js';

interface TrainArguments extends ConfigArguments, TrainingArguments {
  readonly cfg?: boolean;
  readonly help?: boolean;
}

export function trainCommand(): Command {
  const command = new Command('train');
  return withConfigOptions(command)
    .helpOption(false)
    .option('--cfg', 'print the composed configuration and nothing else')
    .option('--json', 'print the summary as JSON, and everything else on standard error')
    .option(
      '--overwrite',
      'take the place of the run of this name, if there is one; your own files in it stay',
    )
    .option('--allow <keys>', 'what resume=last may change although that makes it another run', collect)
    .option('-h, --help', 'print the commands and the composed configuration')
    .action(async (overrides: string[], options: TrainArguments) => {
      const loaded = loadTrainConfig(composeOptions(overrides, options));
      sayWithoutEffect(loaded);
      const { config, composed } = loaded;
      if (options.cfg) {
        process.stdout.write(printConfig(config));
      } else if (options.help) {
        const groups = composed.groups.map((group) => `${group}=${composed.choices.get(group) ?? ''}`);
        process.stdout.write(
          `${command.parent?.helpInformation() ?? ''}\n${command.helpInformation()}\n` +
            `Groups: ${groups.join('  ')}\n\nConfiguration:\n\n${printConfig(config, schemaKeys(runConfigSchema))}`,
        );
      } else {
        await runTraining(config, options);
      }
    });
}
