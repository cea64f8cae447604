import { type Command, InvalidArgumentError, type Option } from 'commander';
import { type ComposeOptions, nearest } from '../config/index.js';
import { type LoadedConfig, loadRunConfig, meantSetting } from '../runs/index.js';
import { InputError } from '../system/index.js';

export interface ConfigArguments {
  readonly config?: string | undefined;
  readonly configDir?: string;
}

/** Adds what every command takes that composes a configuration. */
export function withConfigOptions(command: Command): Command {
  return explainingOptions(command)
    .argument('[overrides...]', 'group=choice, key=value, +key=value, ~key')
    .option(
      '--config <file>',
      'a YAML file over the built-in configuration (or the config.yaml of a run)',
      onlyFile,
    )
    .option('--config-dir <folder>', 'your own groups, looked up before the built-in ones');
}

/** Parses an option that names a file of settings: those of the first of two would silently not count. */
export function onlyFile(file: string, earlier?: string): string {
  if (earlier === undefined) return file;
  throw new InvalidArgumentError(`one file is read, and ${earlier} was given before it; put both into one`);
}

/** Settings are typed as overrides: a command that takes them says what to write for each `--epochs 3` or `--epochs=3`. */
export function explainingOptions(command: Command): Command {
  return command
    .allowUnknownOption()
    .hook('preAction', (_, { args, options }) => refuseOptions(args, options));
}

function refuseOptions(words: readonly string[], options: readonly Option[]): void {
  const names = options.flatMap(({ long }) => long ?? []);
  const mistakes = words.flatMap((word, index) => {
    if (!word.startsWith('-')) return [];
    const [option, typed] = word.split('=', 2) as [string, string | undefined];
    const next = words[index + 1];
    const value = typed ?? (next === undefined || /^[-+~]|=/.test(next) ? '…' : next);
    return [`there is no option ${option}; ${adviceFor(option, value, names)}`];
  });
  if (mistakes.length > 0) throw new InputError(mistakes);
}

function adviceFor(option: string, value: string, options: readonly string[]): string {
  if (option === '--set') return 'leave it out, an override stands by itself here';
  const meant = meantSetting(option.replace(/^-+/, '').replaceAll('-', '_'));
  if (meant !== undefined) return `write ${meant.includes('=') ? meant : `${meant}=${value}`}`;
  const near = nearest(option, options);
  return near === undefined ? '--help lists them' : `did you mean ${near}?`;
}

/** Composes, and says on standard error which of the keys that were set change nothing. */
export function loadConfig(overrides: readonly string[], options: ConfigArguments): LoadedConfig {
  const loaded = loadRunConfig(composeOptions(overrides, options));
  sayWithoutEffect(loaded);
  return loaded;
}

export function sayWithoutEffect({ withoutEffect }: LoadedConfig): void {
  if (withoutEffect.length === 0) return;
  process.stderr.write(`[INFO] set, but without effect here: ${withoutEffect.join(', ')}\n`);
}

export function composeOptions(overrides: readonly string[], options: ConfigArguments): ComposeOptions {
  return { overrides, configFile: options.config, configFolder: options.configDir };
}
