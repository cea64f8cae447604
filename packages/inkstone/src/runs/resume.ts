/** Going on with a run: as its own config.yaml says. What the caller changes is listed, and some of it has to be allowed. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  type ComposeOptions,
  ConfigError,
  type ConfigLayer,
  compose,
  isTree,
  leaves,
  nearest,
  readConfigFile,
  schemaKeys,
} from '../config/index.js';
import { printable } from '../system/index.js';
import { type LoadedConfig, loadRunConfig, type RunConfig, runConfigSchema } from './config.js';
import { postprocessOf } from './load-model.js';
import { CHECKPOINTS, CONFIG } from './run-files.js';
import { RunFolderError } from './run-folder.js';

/** How long a run trains, how it is watched, and how fast its data come: not what a step makes of the weights. */
const FREE = [
  'trainer.max_epochs',
  'trainer.max_steps',
  'trainer.log_every_n_steps',
  'trainer.num_sanity_val_steps',
  'trainer.check_val_every_n_epoch',
  'trainer.val_check_interval',
  'trainer.limit_test_batches',
  'before_after',
  'callbacks',
  'logger',
  'data.num_workers',
  'data.prefetch',
  'data.preload_images',
  'data.load_maps',
  'data.cache_config',
  'data.cache_splits',
  'distributed.backend',
  'distributed.timeout',
];

/** Which run it is, and where it starts: nothing that a run has changed when it goes on. */
const IDENTITY = ['exp_name', 'runs_dir', 'resume'];

export interface Change {
  readonly key: string;
  readonly from: unknown;
  readonly to: unknown;
}

const placeSchema = runConfigSchema.pick({ resume: true, exp_name: true, runs_dir: true }).strip();

/** The configuration of `inkstone train`; with `resume` it stands on that of the run which goes on. */
export function loadTrainConfig(options: ComposeOptions): LoadedConfig {
  const place = placeSchema.safeParse(compose(options, schemaKeys(runConfigSchema)).tree).data;
  // What is wrong with the place is said with everything else that is wrong.
  if (place === undefined || place.resume === null) return loadRunConfig(options);
  return onTopOf(join(place.runs_dir, place.exp_name), options);
}

/** The configuration with which the run in `folder` goes on. */
export function loadResumeConfig(folder: string, options: ComposeOptions = {}): LoadedConfig {
  const path = /^\.{0,2}$/.test(basename(folder)) ? resolve(folder) : folder;
  const place = { exp_name: basename(path), runs_dir: dirname(path) };
  if (!runConfigSchema.shape.exp_name.safeParse(place.exp_name).success) {
    throw new RunFolderError(`${printable(folder)}: no exp_name may be spelled like that; rename the folder`);
  }
  const named = options.overrides?.find((text) => /^[~+]*(exp_name|runs_dir|init_from)\b/.test(text));
  if (named !== undefined) {
    throw new ConfigError(
      `"${named}": a run that goes on stays where it is; start a new one with inkstone train`,
    );
  }
  const loaded = onTopOf(folder, options);
  return { ...loaded, config: { ...loaded.config, ...place, resume: loaded.config.resume ?? 'last' } };
}

function onTopOf(folder: string, options: ComposeOptions): LoadedConfig {
  const own = withArithmetic(readConfigFile(configOf(folder)));
  const loaded = loadRunConfig({ ...options, layers: [own] });
  // Only what the caller has set is worth a word: what another choice has left behind is not of his making.
  const isOwn = (key: string) => loaded.composed.origins.of(key)?.startsWith(`${own.file}:`) === true;
  return { ...loaded, withoutEffect: loaded.withoutEffect.filter((key) => !isOwn(key)) };
}

/** Runs of before there was a choice calculated as `storage` does, and go on like that. */
function withArithmetic<L extends Pick<ConfigLayer, 'content'>>(layer: L): L {
  const { trainer } = layer.content;
  if (!isTree(trainer) || 'arithmetic' in trainer) return layer;
  return { ...layer, content: { ...layer.content, trainer: { ...trainer, arithmetic: 'storage' } } };
}

function configOf(folder: string): string {
  const file = join(folder, CONFIG);
  if (existsSync(file)) return file;
  // A run's name alone is what `exp_name` was.
  const named = join(placeSchema.parse({}).runs_dir, folder);
  const advice = existsSync(join(named, CONFIG)) ? `did you mean ${named}?` : 'start one with inkstone train';
  throw new RunFolderError(
    `${printable(folder)}: there is no run to go on with (it has no ${CONFIG}); ${printable(advice)}`,
  );
}

/**
 * What `config` changes about the run in `folder`, trained until now as its checkpoint says: `config.yaml` may have been edited, or
 * damaged, since. Checkpoints of before they said it (undefined) have only that file.
 */
export function changesTo(folder: string, config: RunConfig, saved: unknown): Change[] {
  const layer = withArithmetic(
    isTree(saved)
      ? { content: saved, originOf: () => ({ place: `the checkpoint of ${folder}` }) }
      : readConfigFile(configOf(folder)),
  );
  const before = leaves(loadRunConfig({ layers: [layer] }).config);
  const after = leaves(config);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [from, to] = [before.get(key), after.get(key)];
    // An `auto` has decided nothing yet.
    const isSame = JSON.stringify(from) === JSON.stringify(to) || from === 'auto';
    return isSame || IDENTITY.includes(key) ? [] : [{ key, from, to }];
  });
}

/** @throws ConfigError unless every change that makes it another run is under a key of `allowed` */
export function refuseChanges(folder: string, changes: readonly Change[], allowed: readonly string[]): void {
  const known = schemaKeys(runConfigSchema);
  for (const key of allowed) {
    if (known.has(key)) continue;
    const meant = nearest(key, known.keys());
    throw new ConfigError(
      `--allow ${key}: there is no such key${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  }
  const refused = changes.filter(({ key }) => !isUnder(key, FREE) && !isUnder(key, allowed));
  if (refused.length === 0) return;
  // The settings of a trainer have little to do with each other, so that each is allowed on its own.
  const names = refused.map(({ key }) => (key.startsWith('trainer.') ? key : key.split('.')[0]));
  throw new ConfigError(
    `${folder} would become another run: ${refused.map(describeChange).join(', ')}; allow it with --allow ` +
      `${[...new Set(names)].join(',')}, or start a new run from its weights with init_from=${folder}`,
  );
}

/** What `tune` wrote into a run's best is none of its settings: the next best would do without it, and nobody would notice. */
export function tunedWarning(
  folder: string,
  { model, before_after }: Pick<RunConfig, 'model' | 'before_after'>,
): string | undefined {
  // It is tuned again at the end.
  if (before_after !== null) return undefined;
  const best = join(folder, CHECKPOINTS, 'best.safetensors');
  if (!existsSync(best)) return undefined;
  const tuned = postprocessOf(best);
  if (tuned === undefined || JSON.stringify(tuned) === JSON.stringify(model.postprocess)) return undefined;
  return (
    `[WARN] ${best} makes its boxes in another way than the run does, as after inkstone tune. A better one will take its place and ` +
    "make them in the run's way: copy it if you want to keep it, and tune again at the end"
  );
}

export function describeChange({ key, from, to }: Change): string {
  const show = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value));
  return `${key} ${show(from)} → ${show(to)}`;
}

const isUnder = (key: string, keys: readonly string[]): boolean =>
  keys.some((other) => key === other || key.startsWith(`${other}.`));
