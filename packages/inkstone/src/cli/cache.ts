/** `inkstone cache …`: each sub-command asks the cache and prints its answer; 1 as exit code when the answer is no. */
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  cacheConfigSchema,
  clearCache,
  inspectCache,
  sharedUrlSchema,
  toPrometheus,
} from '../cache/index.js';
import { CACHE_LEVELS, type CacheLevel } from '../data/index.js';
import { bytes, InputError, printable, progressBar, writeResult } from '../system/index.js';
import { profileCommand, rootOption, validateCommand, warmCommand } from './cache-data.js';
import { healthJson, healthText, statusJson, statusText, verifyText } from './cache-text.js';
import { prepareFile } from './output-file.js';

const DEFAULTS = cacheConfigSchema.parse({});
/** Entries that `health` reads: enough to notice a failing disk. `verify` reads all. */
const CHECKED_BY_HEALTH = 200;

interface Common {
  readonly root: string;
  readonly json?: boolean;
}

interface LookArguments extends Common {
  readonly staleAfter: number;
  readonly shared: string | null;
}

interface ClearArguments extends Common {
  readonly all?: boolean;
  readonly type?: CacheLevel;
  readonly version?: string;
  readonly stale?: boolean;
  readonly dryRun?: boolean;
}

interface ExportArguments extends Common {
  readonly output?: string;
  readonly overwrite?: boolean;
  readonly format: 'json' | 'prometheus';
  readonly staleAfter: number;
}

export function cacheCommand(): Command {
  const commands = [statusCommand, healthCommand, verifyCommand, clearCommand, exportCommand];
  const withData = [validateCommand, warmCommand, profileCommand];
  const cache = new Command('cache');
  for (const command of [...commands, ...withData]) cache.addCommand(command());
  return cache;
}

/** A sub-command with `--root` and `--json`. */
function subCommand(name: string, summary: string): Command {
  return new Command(name)
    .summary(summary)
    .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
    .addOption(rootOption('folder of the cache').default(DEFAULTS.root))
    .option('--json', 'print JSON');
}

const staleDays = () =>
  new Option('--stale-after <days>', 'days without a read after which an entry is stale')
    .argParser(positiveNumber)
    .default(DEFAULTS.stale_after_days);

export const sharedOption = () =>
  new Option('--shared <url>', 'server of the shared tier, to be looked at too (INKSTONE_CACHE_URL)')
    .argParser(sharedUrl)
    .default(null);

function sharedUrl(text: string): string {
  const { data, error } = sharedUrlSchema.safeParse(text);
  if (data !== undefined) return data;
  throw new InvalidArgumentError(`expected ${error?.issues[0]?.message}`);
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

function print(value: unknown, json: boolean | undefined, text: () => string): void {
  console.log(json ? JSON.stringify(value, null, 2) : text());
}

function statusCommand(): Command {
  return subCommand('status', 'where the cache is, what it holds, and which versions')
    .addOption(staleDays())
    .addOption(sharedOption())
    .action(async ({ root, json, staleAfter, shared }: LookArguments) => {
      const report = await inspectCache(resolve(root), { staleAfterDays: staleAfter, shared });
      print(statusJson(report), json, () => statusText(report));
    });
}

function healthCommand(): Command {
  return subCommand(
    'health',
    'whether the cache is in order, and what helps if not; exit code 1 when it is not',
  )
    .addOption(staleDays())
    .addOption(sharedOption())
    .action(async ({ root, json, staleAfter, shared }: LookArguments) => {
      const options = { staleAfterDays: staleAfter, check: CHECKED_BY_HEALTH, shared };
      const report = await inspectCache(resolve(root), options);
      print(healthJson(report), json, () => healthText(report));
      if (report.state !== 'healthy') process.exitCode = 1;
    });
}

function verifyCommand(): Command {
  return subCommand('verify', 'read every entry and check it; exit code 1 when one is corrupt')
    .option('--heal', 'remove what is corrupt: it is computed again when it is next needed')
    .action(async ({ root, json, heal = false }: Common & { heal?: boolean }) => {
      const onProgress = progressBar('Verifying', json);
      const { checked, exists } = await inspectCache(resolve(root), { check: Infinity, heal, onProgress });
      if (!exists)
        throw new InputError(
          `${resolve(root)}: there is no cache to verify here; name its folder with --root`,
        );
      print(checked, json, () => verifyText(checked));
      if (checked.corrupt.length > 0) process.exitCode = 1;
    });
}

function clearCommand(): Command {
  return subCommand('clear', 'delete entries; conditions can be combined')
    .option('--all', 'everything')
    .addOption(new Option('--type <level>', 'one level').choices(CACHE_LEVELS))
    .option('--version <version>', 'one version: its eight digits, or the start of its fingerprint')
    .option('--stale', 'entries that nobody read for long')
    .addOption(staleDays())
    .option('--dry-run', 'only say what would be deleted')
    .action(async ({ root, json, ...options }: ClearArguments & { staleAfter: number }, command: Command) => {
      const { all, type, version, stale, dryRun = false, staleAfter } = options;
      const conditions = type !== undefined || version !== undefined || stale === true;
      if ((all ?? false) === conditions) {
        command.error('error: say what to clear: --all, or --type, --version or --stale');
      }
      const selection = {
        ...(type !== undefined && { level: type }),
        ...(version !== undefined && { version }),
        ...(stale && { staleAfterDays: staleAfter }),
      };
      const result = await clearCache(root, selection, { dryRun });
      const verb = dryRun ? 'Would delete' : 'Deleted';
      print({ ...result, dryRun }, json, () => `${verb} ${result.entries} entries (${bytes(result.bytes)})`);
    });
}

function exportCommand(): Command {
  return subCommand('export', "write the cache's figures to a file")
    .option('--output <file>', 'file to write; without it, standard output')
    .option('--overwrite', 'replace the file when it is there already')
    .addOption(new Option('--format <format>', 'how').choices(['json', 'prometheus']).default('json'))
    .addOption(staleDays())
    .action(async ({ root, json, output, overwrite = false, format, staleAfter }: ExportArguments) => {
      if (output !== undefined) prepareFile(output, overwrite);
      const report = await inspectCache(resolve(root), { staleAfterDays: staleAfter });
      const text =
        format === 'json' ? `${JSON.stringify(statusJson(report), null, 2)}\n` : toPrometheus(report);
      if (output === undefined) return void process.stdout.write(text);
      writeResult(output, text, overwrite);
      print({ output }, json, () => printable(`Wrote ${output}`));
    });
}
