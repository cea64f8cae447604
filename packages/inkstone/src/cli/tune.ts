/** `inkstone tune`: chooses how boxes are made of a checkpoint's maps, and writes it into the checkpoint. */
import { Command, Option } from 'commander';
import { SPLITS, type Split } from '../data/index.js';
import { figureName, METRIC_NAMES, METRICS, type MetricName } from '../metrics/index.js';
import { loadCheckpointConfig, writePostprocess } from '../runs/index.js';
import { type Table, type Tuning, tunePostprocess } from '../studies/index.js';
import { printable } from '../system/index.js';
import { Terminal } from '../tracking/index.js';
import { type ConfigArguments, composeOptions, withConfigOptions } from './config-options.js';
import { columns } from './table.js';

interface TuneArguments extends ConfigArguments {
  readonly checkpoint: string;
  readonly split: Split;
  readonly metric: MetricName | typeof ALL;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** No measure above the others: their mean. */
const ALL = 'all';

export function tuneCommand(): Command {
  return withConfigOptions(new Command('tune'))
    .summary("choose how boxes are made of a checkpoint's maps, on a split, and write it into the checkpoint")
    .requiredOption('--checkpoint <path>', 'a .safetensors file, or a run folder for its best')
    .addOption(new Option('--split <name>', 'what it is chosen on').choices(SPLITS).default('val'))
    .addOption(
      new Option('--metric <name>', 'the measure whose H-mean shall be highest; all: the mean of them')
        .choices([...METRIC_NAMES, ALL])
        .default(ALL),
    )
    .option('--dry-run', 'change nothing')
    .option('--json', 'print JSON')
    .action(async (overrides: string[], options: TuneArguments) => {
      const { config } = loadCheckpointConfig(options.checkpoint, composeOptions(overrides, options));
      const terminal = new Terminal(options.json ? process.stderr : process.stdout);
      const { metric, checkpoint, split } = options;
      const metrics = metric === ALL ? METRIC_NAMES : [metric];
      const tuning = await tunePostprocess(config, { checkpoint, split, metrics, terminal });
      if (!options.dryRun) writePostprocess(checkpoint, tuning.after.postprocess);
      process.stdout.write(options.json ? `${JSON.stringify(tuning, null, 2)}\n` : report(tuning, options));
    });
}

function report(tuning: Tuning, { dryRun }: TuneArguments): string {
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
  const written = dryRun
    ? 'Nothing was written (--dry-run).'
    : `${printable(tuning.checkpoint)} holds them now; the values before can be set again with --set or as overrides.`;
  return [
    columns(table),
    '',
    `${tried} settings tried on ${images} images of ${split}. They were chosen on these images: expect a little less on others.`,
    changed.length === 0 ? 'None of them was better than those it had.' : written,
    '',
  ].join('\n');
}
