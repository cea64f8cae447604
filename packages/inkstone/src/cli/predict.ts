/** `inkstone predict`: texts on pictures, as JSON or ICDAR's text files and drawn over them. */
import { Command, Option } from 'commander';
import {
  findImages,
  type ImagePrediction,
  loadCheckpointConfig,
  loadModel,
  PREDICTION_FORMATS,
  type PredictionFormatName,
  PredictionOutput,
  predictImages,
} from '../runs/index.js';
import { printable } from '../system/index.js';
import { checkpointOption } from './checkpoint-option.js';
import { type ConfigArguments, composeOptions, onlyFile } from './config-options.js';

interface PredictArguments extends ConfigArguments {
  readonly checkpoint: string;
  readonly output: string;
  readonly set?: string[];
  readonly format: PredictionFormatName;
  readonly overlays: boolean;
  readonly overwrite: boolean;
  readonly json?: boolean;
}

export function predictCommand(): Command {
  return new Command('predict')
    .argument('<images...>', 'pictures, folders of pictures, or globs in quotes')
    .addOption(checkpointOption())
    .option('--output <folder>', 'where predictions and overlay pictures go', 'predictions')
    .addOption(
      new Option(
        '--format <name>',
        'labels.json, Label.txt or res_NAME.txt for each picture; training reads all of them, evaluate the last',
      )
        .choices(PREDICTION_FORMATS)
        .default(PREDICTION_FORMATS[0]),
    )
    .option('--no-overlays', 'write no pictures')
    .option('--overwrite', 'replace files of the same names', false)
    .option('--set <override...>', 'overrides, e.g. model.postprocess.box_threshold=0.5')
    .option('--config <file>', 'a YAML file over the built-in configuration', onlyFile)
    .option('--config-dir <folder>', 'your own groups')
    .option('--json', 'print the predictions as JSON instead of writing them')
    .action(async (images: string[], options: PredictArguments) => {
      const overrides = composeOptions(options.set ?? [], options);
      const { config } = loadCheckpointConfig(options.checkpoint, overrides);
      const files = await findImages(images);
      const { output: folder, overlays, overwrite, json } = options;
      const format = json ? null : options.format;
      const output = new PredictionOutput(files, { folder, format, overlays, overwrite });
      const loaded = loadModel(options.checkpoint, config.model);
      const predictions: ImagePrediction[] = [];
      const skip = (reason: string) => process.stderr.write(`skipped: ${printable(reason)}\n`);
      const keep = () => {
        output.finish(predictions);
        if (json) return;
        const kinds = overlays ? 'predictions and overlays' : 'predictions';
        const share =
          predictions.length < files.length ? `${predictions.length} of ${files.length}` : files.length;
        process.stdout.write(`${share} pictures; ${kinds} are in ${printable(folder)}\n`);
      };
      try {
        for await (const prediction of predictImages(loaded, config, files, skip)) {
          await output.add(prediction);
          predictions.push(prediction);
          if (!json)
            process.stdout.write(`${printable(prediction.image)}: ${prediction.texts.length} texts\n`);
        }
      } catch (error) {
        // What was found until then may have taken hours.
        if (predictions.length > 0) keep();
        throw error;
      }
      keep();
      if (json) process.stdout.write(`${JSON.stringify(predictions, null, 2)}\n`);
    });
}
