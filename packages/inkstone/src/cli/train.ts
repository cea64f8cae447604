/** `inkstone train`: trains as the composed configuration says. */
import { Command } from 'commander';
import { printConfig, schemaKeys } from '../config/index.js';
import { figureName, METRICS } from '../metrics/index.js';
import { runConfigSchema, type Summary, type TrainResult, train } from '../runs/index.js';
import { bytes, duration } from '../system/index.js';
import { Terminal } from '../tracking/index.js';
import { type ConfigArguments, loadConfig, withConfigOptions } from './config-options.js';
import { INTERRUPTED, interruption } from './interruption.js';
import { table } from './table.js';

interface TrainArguments extends ConfigArguments {
  readonly cfg?: boolean;
  readonly help?: boolean;
  readonly json?: boolean;
}

export function trainCommand(): Command {
  const command = new Command('train');
  return withConfigOptions(command)
    .summary('train a text detector')
    .helpOption(false)
    .option('--cfg', 'print the composed configuration and nothing else')
    .option('--json', 'print the summary as JSON, and everything else on standard error')
    .option('-h, --help', 'print the commands and the composed configuration')
    .action(async (overrides: string[], options: TrainArguments) => {
      const { config, composed } = loadConfig(overrides, options);
      if (options.cfg) {
        process.stdout.write(printConfig(config));
      } else if (options.help) {
        const groups = composed.groups.map((group) => `${group}=${composed.choices.get(group) ?? ''}`);
        process.stdout.write(
          `${command.parent?.helpInformation() ?? ''}\n${command.helpInformation()}\n` +
            `Groups: ${groups.join('  ')}\n\nConfiguration:\n\n${printConfig(config, schemaKeys(runConfigSchema))}`,
        );
      } else {
        const terminal = new Terminal(options.json ? process.stderr : process.stdout);
        const { signal, release } = interruption(terminal);
        try {
          const result = await train(config, { terminal, signal });
          process.stdout.write(
            options.json ? `${JSON.stringify(result.summary, null, 2)}\n` : describe(result),
          );
          if (result.outcome === 'interrupted')
            sayHowToGoOn(result, overrides, config.callbacks.checkpoint !== null);
        } finally {
          release();
        }
      }
    });
}

function sayHowToGoOn(
  { folder, summary }: TrainResult,
  overrides: readonly string[],
  isSaved: boolean,
): void {
  const rest = overrides.filter((override) => !override.startsWith('resume='));
  const hint = isSaved
    ? `saved in ${folder}; go on with: inkstone train ${[...rest, 'resume=last'].join(' ')}`
    : 'nothing was saved, because callbacks.checkpoint is null';
  process.stderr.write(`interrupted at step ${summary.steps}; ${hint}\n`);
  process.exitCode = INTERRUPTED;
}

function describe({ folder, outcome, summary }: TrainResult): string {
  const figure = (name: keyof Summary): string => {
    const value = summary[name];
    return typeof value === 'number' ? value.toFixed(4) : '–';
  };
  const rows: [string, string][] = [
    [`${METRICS[0].title} H-mean`, figure('val/hmean')],
    ['  precision', figure('val/precision')],
    ['  recall', figure('val/recall')],
    ...METRICS.slice(1).map(({ name, title }): [string, string] => [
      `${title} H-mean`,
      figure(`val/${figureName('hmean', name)}`),
    ]),
    ['epochs, steps', `${summary.epochs}, ${summary.steps}`],
    ['time an epoch', summary.seconds_per_epoch === null ? '–' : duration(summary.seconds_per_epoch)],
    ['peak memory', `${bytes(summary.peak_rss_bytes)} (engine ${bytes(summary.peak_engine_bytes)})`],
    ['run', folder],
    ['weights', `${folder}/checkpoints/${summary.best === null ? 'last' : 'best'}.safetensors`],
  ];
  const ended = outcome === 'stopped' ? `stopped early: ${summary.stop_reason}` : outcome;
  return `\n${ended}\n${table(rows)}\n`;
}
