/** `inkstone export`: a checkpoint as an ONNX file. */
import { Command, Option } from 'commander';
import {
  exportOnnx,
  findImages,
  loadCheckpointConfig,
  loadModel,
  loadOnnxRuntime,
  turnIntoPaddleOcrs,
  verifyOnnx,
} from '../runs/index.js';
import { bytes, InkstoneError, InputError, writeResult } from '../system/index.js';
import { checkpointOption } from './checkpoint-option.js';
import { type ConfigArguments, composeOptions, onlyFile } from './config-options.js';
import { prepareFile } from './output-file.js';

interface ExportArguments extends ConfigArguments {
  readonly checkpoint: string;
  readonly output: string;
  readonly for: 'inkstone' | 'paddleocr';
  readonly fp16: boolean;
  readonly foldBatchNorm: boolean;
  readonly verify?: string[];
  readonly set?: string[];
  readonly json?: boolean;
}

/**
 * What two engines that sum in another order may differ by; on PaddleOCR's steeper maps it is more. Weights in 16 bits make another
 * network, and are only reported on.
 */
const TOLERANCES = { inkstone: 1e-4, paddleocr: 1e-3 };

export function exportCommand(): Command {
  return new Command('export')
    .addOption(checkpointOption())
    .requiredOption('--output <file>', 'the .onnx file; it must not be there yet')
    .addOption(
      new Option('--for <tools>', 'who loads it; paddleocr: what loads ch_PP-OCRv4_det_infer.onnx')
        .choices(['inkstone', 'paddleocr'])
        .default('inkstone'),
    )
    .option('--fp16', 'store weights in 16 bits: half the size', false)
    .option('--fold-batch-norm', 'make batch norms part of the convolutions before them: faster', false)
    .option('--verify <images...>', 'run the file in ONNX Runtime on pictures, and compare')
    .option('--set <override...>', 'overrides, e.g. model.postprocess.box_threshold=0.5')
    .option('--config <file>', 'a YAML file over the built-in configuration', onlyFile)
    .option('--config-dir <folder>', 'your own groups')
    .option('--json', 'print the result as JSON')
    .action(async (options: ExportArguments) => {
      const { checkpoint, output, json } = options;
      if (!output.endsWith('.onnx')) throw new InputError(`--output ${output}: must end with .onnx`);
      const { config } = loadCheckpointConfig(checkpoint, composeOptions(options.set ?? [], options));
      const images = await findImages(options.verify ?? []);
      const ort = images.length > 0 ? loadOnnxRuntime() : undefined;
      prepareFile(output);
      const loaded = loadModel(checkpoint, config.model);
      const describe = options.for === 'inkstone';
      if (!describe) turnIntoPaddleOcrs(loaded, config);
      const { fp16: half, foldBatchNorm: foldNorms } = options;
      const exported = exportOnnx(loaded, config, { half, foldNorms, describe });
      const say = (line: string) => (json ? undefined : process.stdout.write(`${line}\n`));
      const checks = [];
      for await (const check of ort ? verifyOnnx(ort, exported, loaded, config, images) : []) {
        checks.push(check);
        say(`${check.image}: the maps differ by at most ${check.largestDifference.toExponential(1)}`);
      }
      const most = Math.max(0, ...checks.map(({ largestDifference }) => largestDifference));
      const tolerance = TOLERANCES[options.for];
      if (!half && !(most <= tolerance)) {
        throw new InkstoneError(`${output}: not written, its maps differ by ${most}, more than ${tolerance}`);
      }
      const { file } = exported;
      writeResult(output, file);
      say(`${output}: ${bytes(file.length)}, from ${loaded.file}`);
      if (json) {
        const result = { output, bytes: file.length, checkpoint: loaded.file, checks };
        process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      }
    });
}
