/** `inkstone predict`: texts on pictures, as JSON or ICDAR's text files and drawn over them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import {
  findImages,
  type ImagePrediction,
  loadCheckpointConfig,
  loadModel,
  predictImages,
  writeOverlay,
  writeResults,
} from '../runs/index.js';
import { printable, writeAtomically } from '../system/index.js';
import { type ConfigArguments, composeOptions } from './config-options.js';

interface PredictArguments extends ConfigArguments {
  readonly checkpoint: string;
  readonly output: string;
  readonly set?: string[];
  readonly format: 'json' | 'icdar';
  readonly overlays: boolean;
  readonly json?: boolean;
}

export function predictCommand(): Command {
  return new Command('predict')
    .summary('find text on pictures: files, folders or globs')
    .argument('<images...>', 'pictures, folders of pictures, or globs in quotes')
    .requiredOption('--checkpoint <path>', 'a .safetensors file, or a run folder for its best')
    .option('--output <folder>', 'where predictions and overlay pictures go', 'predictions')
    .addOption(
      new Option(
        '--format <name>',
        'predictions.json, or res_NAME.txt for each picture, which evaluate reads',
      )
        .choices(['json', 'icdar'])
        .default('json'),
    )
    .option('--no-overlays', 'write no pictures')
    .option('--set <override...>', 'overrides, e.g. model.postprocess.box_threshold=0.5')
    .option('--config <file>', 'a YAML file over the built-in configuration')
    .option('--config-dir <folder>', 'your own groups')
    .option('--json', 'print the predictions as JSON instead of writing them')
    .action(async (images: string[], options: PredictArguments) => {
      const overrides = composeOptions(options.set ?? [], options);
      const { config } = loadCheckpointConfig(options.checkpoint, overrides);
      const files = await findImages(images);
      const loaded = loadModel(options.checkpoint, config.model);
      const predictions: ImagePrediction[] = [];
      const skip = (reason: string) => process.stderr.write(`skipped: ${printable(reason)}\n`);
      for await (const prediction of predictImages(loaded, config, files, skip)) {
        if (options.overlays) await writeOverlay(prediction, options.output);
        predictions.push(prediction);
        if (!options.json)
          process.stdout.write(`${printable(prediction.image)}: ${prediction.texts.length} texts\n`);
      }
      const text = `${JSON.stringify(predictions, null, 2)}\n`;
      if (options.json) {
        process.stdout.write(text);
      } else {
        mkdirSync(options.output, { recursive: true });
        if (options.format === 'icdar') writeResults(predictions, options.output);
        else writeAtomically(join(options.output, 'predictions.json'), text);
        process.stdout.write(
          `${predictions.length} pictures; predictions and overlays are in ${options.output}\n`,
        );
      }
    });
}
