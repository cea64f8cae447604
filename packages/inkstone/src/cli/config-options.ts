import type { Command } from 'commander';
import type { ComposeOptions } from '../config/index.js';
import { type LoadedConfig, loadRunConfig } from '../runs/index.js';

export interface ConfigArguments {
  readonly config?: string | undefined;
  readonly configDir?: string;
}

/** Adds what every command takes that composes a configuration. */
export function withConfigOptions(command: Command): Command {
  return command
    .argument('[overrides...]', 'group=choice, key=value, +key=value, ~key')
    .option('--config <file>', 'a YAML file over the built-in configuration (or the config.yaml of a run)')
    .option('--config-dir <folder>', 'your own groups, looked up before the built-in ones');
}

/** Composes, and says on standard error which of the keys that were set change nothing. */
export function loadConfig(overrides: readonly string[], options: ConfigArguments): LoadedConfig {
  const loaded = loadRunConfig(composeOptions(overrides, options));
  if (loaded.withoutEffect.length > 0) {
    process.stderr.write(`[INFO] set, but without effect here: ${loaded.withoutEffect.join(', ')}\n`);
  }
  return loaded;
}

export function composeOptions(overrides: readonly string[], options: ConfigArguments): ComposeOptions {
  return { overrides, configFile: options.config, configFolder: options.configDir };
}
