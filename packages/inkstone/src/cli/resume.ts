/** `inkstone resume`: goes on with a run as its own configuration says. */
import { Command } from 'commander';
import { loadResumeConfig } from '../runs/index.js';
import { composeOptions, explainingOptions, sayWithoutEffect } from './config-options.js';
import { collect, runTraining, type TrainingArguments } from './run-training.js';

export function resumeCommand(): Command {
  return explainingOptions(new Command('resume'))
    .summary('go on with a run that was stopped')
    .argument('<run>', 'the folder of the run, e.g. runs/dbnet')
    .argument('[overrides...]', 'what is to change: key=value, group=choice, ~key')
    .option(
      '--allow <keys>',
      'what may change although that makes it another run, e.g. data,batch_size',
      collect,
    )
    .option('--config-dir <folder>', 'your own groups, looked up before the built-in ones')
    .option('--json', 'print the summary as JSON, and everything else on standard error')
    .action(
      async (
        run: string,
        overrides: string[],
        options: TrainingArguments & { readonly configDir?: string },
      ) => {
        const loaded = loadResumeConfig(run, composeOptions(overrides, options));
        sayWithoutEffect(loaded);
        await runTraining(loaded.config, options);
      },
    );
}
