/** `inkstone resume`: goes on with a run as its own configuration says. */
import { Command } from 'commander';
import { loadResumeConfig } from '../runs/index.js';
import {
  type ConfigArguments,
  composeOptions,
  sayWithoutEffect,
  withConfigOptions,
} from './config-options.js';
import { collect, runTraining, type TrainingArguments } from './run-training.js';

export function resumeCommand(): Command {
  return withConfigOptions(new Command('resume').argument('<run>', 'the folder of the run, e.g. runs/dbnet'))
    .option(
      '--allow <keys>',
      'what may change although that makes it another run, e.g. data,batch_size',
      collect,
    )
    .option('--json', 'print the summary as JSON, and everything else on standard error')
    .action(async (run: string, overrides: string[], options: ConfigArguments & TrainingArguments) => {
      const loaded = loadResumeConfig(run, composeOptions(overrides, options));
      sayWithoutEffect(loaded);
      await runTraining(loaded.config, options);
    });
}
