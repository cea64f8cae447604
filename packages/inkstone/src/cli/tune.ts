/** `inkstone tune`: chooses how boxes are made of a checkpoint's maps, and writes it into the checkpoint. */
import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { SPLITS, type Split } from '../data/index.js';
import { chosenMetrics, figureName, METRIC_CHOICES, METRICS, type MetricChoice } from '../metrics/index.js';
import { sha256 } from '../nn/index.js';
import { checkpointFile, loadCheckpointConfig, runHolder, runOf, withPostprocess } from '../runs/index.js';
import { type Table, type Tuning, tunePostprocess } from '../studies/index.js';
import {
  counted,
  InkstoneError,
  InputError,
  printable,
  writeAtomically,
  writeResult,
} from '../system/index.js';
import { Terminal } from '../tracking/index.js';
import { checkpointOption } from './checkpoint-option.js';
import { type ConfigArguments, composeOptions, withConfigOptions } from './config-options.js';
import { prepareFile } from './output-file.js';
import { columns } from './table.js';

interface TuneArguments extends ConfigArguments {
  readonly checkpoint: string;
  readonly split: Split;
  readonly metric: MetricChoice;
  readonly output?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function tuneCommand(): Command {
  return withConfigOptions(new Command('tune'))
    .addOption(checkpointOption())
    .option('--output <file>', 'write a checkpoint of this name instead; it must not be there yet')
    .addOption(new Option('--split <name>', 'what it is chosen on').choices(SPLITS).default('val'))
    .addOption(
      new Option('--metric <name>', 'the measure whose H-mean shall be highest; all: the mean of them')
        .choices(METRIC_CHOICES)
        .default('all' satisfies MetricChoice),
    )
    .option('--dry-run', 'change nothing')
    .option('--json', 'print JSON')
    .action(async (overrides: string[], options: TuneArguments) => {
      // Of a run that goes on meanwhile, another file may be the best one later.
      const checkpoint = checkpointFile(options.checkpoint);
      const { config } = loadCheckpointConfig(checkpoint, composeOptions(overrides, options));
      const terminal = new Terminal(options.json ? process.stderr : process.stdout);
      const { metric, output, split } = options;
      if (!options.dryRun) checkOutput(checkpoint, options);
      const measured = digestOf(checkpoint);
      const tuning = await tunePostprocess(config, {
        checkpoint,
        split,
        metrics: chosenMetrics(metric),
        terminal,
      });
      if (!options.dryRun) {
        const contents = withPostprocess(checkpoint, tuning.after.postprocess);
        if (digestOf(checkpoint) !== measured) {
          throw new InkstoneError(`${checkpoint}: was replaced while it was measured; call tune again`);
        }
        if (output === undefined) writeAtomically(checkpoint, contents);
        else writeResult(output, contents);
      }
      process.stdout.write(
        options.json
          ? `${JSON.stringify(tuning, null, 2)}\n`
          : report(tuning, options.dryRun ? undefined : (output ?? checkpoint)),
      );
    });
}

/** Before the work begins. */
function checkOutput(file: string, { output, checkpoint }: TuneArguments): void {
  if (output !== undefined) {
    if (!output.endsWith('.safetensors'))
      throw new InputError(`--output ${output}: must end with .safetensors`);
    prepareFile(output);
    return;
  }
  const elsewhere = 'name a new checkpoint with --output FILE.safetensors';
  if (!file.endsWith('.safetensors'))
    throw new InputError(`${checkpoint} is not ours to write into; ${elsewhere}`);
  const run = runOf(file);
  if (run !== undefined && runHolder(run)?.isAlive) {
    throw new InputError(
      `${run} is being trained, which will write ${file} again; wait for its end, or ${elsewhere}`,
    );
  }
}

const digestOf = (file: string): string => sha256([readFileSync(file)]);

function report(tuning: Tuning, file: string | undefined): string {
  const { before, after, images, split, tried } = tuning;
  const keys = Object.keys(before.postprocess) as (keyof typeof before.postprocess)[];
  const changed = keys.filter((key) => before.postprocess[key] !== after.postprocess[key]);
  const rows = [
    ...METRICS.map(({ name, title }) => {
      const figure = figureName('hmean', name);
      return [`${title} H-mean`, before.figures[figure]!.toFixed(4), after.figures[figure]!.toFixed(4)];
    }),
    ...changed.map((key) => [
      `model.postprocess.${key}`,
      `${before.postprocess[key]}`,
      `${after.postprocess[key]}`,
    ]),
  ];
  const table: Table = { header: ['', 'before', 'after'], rows };
  const written =
    file === undefined
      ? 'Nothing was written (--dry-run).'
      : `${printable(file)} holds them now; the values before can be set again with --set or as overrides.`;
  return [
    columns(table),
    '',
    `${tried} settings tried on ${counted(images, 'image')} of ${split}. They were chosen on these images: expect a little less on others.`,
    changed.length === 0 ? 'None of them was better than those it had.' : written,
    '',
  ].join('\n');
}
