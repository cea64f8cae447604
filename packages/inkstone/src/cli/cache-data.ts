/** The `cache` commands that know the training configuration: validate, warm, profile. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { ConfigLibrary } from '../config/index.js';
import { SPLITS, type Split } from '../data/index.js';
import {
  type CacheProfile,
  type CacheValidation,
  profileCache,
  type RunConfig,
  validateCache,
  type WarmResult,
  warmCache,
} from '../runs/index.js';
import { bytes, counted, printable, progressBar } from '../system/index.js';
import { type ConfigArguments, loadConfig, withConfigOptions } from './config-options.js';
import { positiveInteger } from './positive-integer.js';
import { columns } from './table.js';

const PRESETS = 'data/performance_preset';
const DEFAULT_PROFILED_SAMPLES = 32;
const CACHES_NOTHING =
  'This configuration caches nothing of these splits: see data/performance_preset and data.cache_splits.';
/** Entries listed by name; the count says how many there are. */
const LISTED = 10;

interface DataArguments extends ConfigArguments {
  readonly root?: string;
  readonly json?: boolean;
  readonly split: readonly Split[];
}

export const rootOption = (description: string): Option =>
  new Option('--root <folder>', description).argParser((folder) => {
    if (folder === '') throw new InvalidArgumentError('expected the name of a folder');
    return folder;
  });

const subCommand = (name: string, summary: string): Command =>
  withConfigOptions(new Command(name))
    .summary(summary)
    .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
    .addOption(rootOption('folder of the cache, instead of data.cache_config.root'))
    .option('--json', 'print JSON');

const splitOption = () =>
  new Option('--split <names...>', 'splits to look at').choices(SPLITS).default(['train', 'val']);

function configFor(overrides: readonly string[], options: ConfigArguments & { root?: string }): RunConfig {
  const root = options.root === undefined ? [] : [`data.cache_config.root=${JSON.stringify(options.root)}`];
  return loadConfig([...overrides, ...root], options).config;
}

export function validateCommand(): Command {
  return subCommand(
    'validate',
    'whether this configuration would use what is cached, and what it would compute again',
  )
    .addOption(splitOption())
    .action(async (overrides: string[], options: DataArguments) => {
      const config = configFor(overrides, options);
      const results: CacheValidation[] = [];
      for (const split of options.split) {
        const result = await validateCache(config, split);
        if (result) results.push(result);
      }
      console.log(options.json ? JSON.stringify(results, null, 2) : validationText(results));
      if (results.length === 0 || results.some(({ usable }) => !usable)) process.exitCode = 1;
    });
}

function validationText(results: readonly CacheValidation[]): string {
  if (results.length === 0) return CACHES_NOTHING;
  return results
    .flatMap(({ split, usable, version, fingerprint, changes, valid, outdated, absent }) => [
      `${split}: ${usable ? '✓ would use the cache' : '✗ would start a new cache'} (version ${version}, fingerprint ${fingerprint})`,
      ...changes.map((change) => `  changed: ${change}`),
      `  ${valid} entries would be read, ${outdated.length + absent.length} computed` +
        ` (${outdated.length} outdated, ${absent.length} not there)`,
      ...outdated.slice(0, LISTED).map(({ kind, key }) => `    outdated: ${kind} ${key}`),
      ...(outdated.length > LISTED ? [`    … and ${outdated.length - LISTED} more`] : []),
    ])
    .map(printable)
    .join('\n');
}

export function warmCommand(): Command {
  return subCommand('warm', 'fill the cache ahead of training; repeat an interrupted call to go on')
    .addOption(splitOption())
    .addOption(
      new Option('--shard <i/n>', 'only the i-th of n shares of the samples, for several machines')
        .argParser(parseShard)
        .default({ index: 1, of: 1 }, '1/1'),
    )
    .action(
      async (overrides: string[], options: DataArguments & { shard: { index: number; of: number } }) => {
        const config = configFor(overrides, options);
        const results: WarmResult[] = [];
        for (const split of options.split) {
          const onProgress = progressBar(`Warming ${split}`, options.json);
          const log = (line: string) => process.stderr.write(`${printable(line)}\n`);
          const result = await warmCache(config, { split, shard: options.shard, log, onProgress });
          if (result) results.push(result);
        }
        console.log(options.json ? JSON.stringify(results, null, 2) : warmText(results));
      },
    );
}

function warmText(results: readonly WarmResult[]): string {
  if (results.length === 0) return CACHES_NOTHING;
  return results
    .map(
      ({ split, samples, ready, found, seconds }) =>
        `${split}: ${ready < samples ? `${ready} of ${counted(samples, 'sample')}` : counted(ready, 'sample')} ready, ${ready - found} of them new, in ${seconds.toFixed(1)} s`,
    )
    .join('\n');
}

function parseShard(text: string): { index: number; of: number } {
  const [index, of] = text.split('/').map(Number);
  const isShare = Number.isInteger(index) && Number.isInteger(of) && index! >= 1 && index! <= of!;
  if (!isShare) throw new InvalidArgumentError('expected i/n with i from 1 to n, e.g. 1/4');
  return { index: index!, of: of! };
}

export function profileCommand(): Command {
  return subCommand('profile', 'measure disk space and reading time of each performance preset on your data')
    .option('--samples <n>', 'training samples to measure', positiveInteger, DEFAULT_PROFILED_SAMPLES)
    .action(
      async (
        overrides: string[],
        options: ConfigArguments & { root?: string; json?: boolean; samples: number },
      ) => {
        const rows: (CacheProfile & { preset: string })[] = [];
        for (const preset of new ConfigLibrary(options.configDir).choices(PRESETS)) {
          const config = configFor([...overrides, `${PRESETS}=${preset}`], options);
          rows.push({ preset, ...(await profileCache(config, options.samples)) });
        }
        rows.sort((a, b) => a.bytesPerSample - b.bytesPerSample);
        console.log(options.json ? JSON.stringify(rows, null, 2) : profileText(rows));
      },
    );
}

function profileText(rows: readonly (CacheProfile & { preset: string })[]): string {
  const cells = rows.map(({ preset, bytesPerSample, bytesOfSplit, fillMs, readMs }) => [
    preset,
    bytes(bytesPerSample),
    bytes(bytesOfSplit),
    `${fillMs.toFixed(2)} ms`,
    `${readMs.toFixed(2)} ms`,
  ]);
  const header = ['preset', 'disk/sample', 'disk/split', 'first read', 'later reads'];
  return `${columns({ header, rows: cells })}\n(${rows[0]?.samples ?? 0} training samples measured)`;
}
