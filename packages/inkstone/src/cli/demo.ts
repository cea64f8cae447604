/** `inkstone demo`: a training from nothing to pictures of what was learned, in any folder. */
import { join } from 'node:path';
import { Command } from 'commander';
import { BUILT_IN_CONFIGS } from '../config/index.js';
import { loadTrainConfig } from '../runs/index.js';
import { duration } from '../system/index.js';
import { explainingOptions, sayWithoutEffect } from './config-options.js';
import { runTraining } from './run-training.js';

export function demoCommand(): Command {
  return explainingOptions(new Command('demo'))
    .description(
      'Draws receipts, trains a detector on them and shows on pictures what it found. On two idle cores that takes four to five\n' +
        'minutes, or one to two with --small. Needs the package inkstone-receipts.',
    )
    .argument('[overrides...]', 'group=choice, key=value')
    .option('--small', 'fewer and smaller receipts, for a look')
    .action(async (overrides: string[], { small }: { readonly small?: boolean }) => {
      const start = performance.now();
      const configFile = join(BUILT_IN_CONFIGS, small ? 'demo-small.yaml' : 'demo.yaml');
      const loaded = loadTrainConfig({ overrides, configFile });
      sayWithoutEffect(loaded);
      await runTraining(loaded.config, {});
      if (process.exitCode === undefined) {
        console.log(`\nThe whole demo took ${duration((performance.now() - start) / 1000)}.`);
      }
    });
}
