/**
 * Judges two detectors on the same pictures: the one that a run started from, and the best that it trained. Each makes its boxes
 * in the way that suits it best on `val`, found as `inkstone tune` finds it, so that neither is held back by a setting.
 */
import { join, relative, resolve, sep } from 'node:path';
import { ConfigError } from '../../config/index.js';
import { chosenMetrics, figureName, METRICS, type MetricChoice } from '../../metrics/index.js';
import {
  BEFORE_AFTER,
  checkpointFile,
  loadModel,
  postprocessOf,
  type RunConfig,
  RunFolder,
  testCheckpoint,
  withPostprocess,
} from '../../runs/index.js';
import { InputError } from '../../system/index.js';
import type { Terminal } from '../../tracking/index.js';
import { type Postprocess, tunePostprocess } from '../tuning/tune.js';
import type { BeforeAfter, JudgedSet } from './result.js';
import { findSecondSets, type SecondSet } from './second-sets.js';

export interface BeforeAfterPlan {
  /** Of the run. */
  readonly config: RunConfig;
  /** Weights that it starts from. */
  readonly start: string;
  readonly metric: MetricChoice;
  readonly sets: readonly SecondSet[];
}

/**
 * What `config.before_after` asks for, checked before the run trains; undefined when it asks for nothing.
 *
 * @throws ConfigError, CheckpointError, InputError when the comparison could not be made at its end
 */
export async function planBeforeAfter(
  config: RunConfig,
  isOverwriting: boolean,
  say: (line: string) => void,
): Promise<BeforeAfterPlan | undefined> {
  const { before_after: asked, init_from: start, callbacks } = config;
  if (asked === null) return undefined;
  const refuse = (why: string) =>
    new ConfigError(`before_after ${why}; set that, or before_after=null for a run without comparison`);
  if (start === null) {
    throw refuse('compares with the weights that a run starts from, and init_from is null');
  }
  if (callbacks.checkpoint === null) {
    throw refuse('judges the best checkpoint of a run, and callbacks.checkpoint is null');
  }
  const file = checkStart(start, config);
  const folder = join(config.runs_dir, config.exp_name);
  if ((isOverwriting || config.resume !== null) && isInside(file, folder)) {
    throw refuse(`compares with ${file}, which the run itself writes over; init_from has to be a copy of it`);
  }
  return { config, start, metric: asked.metric, sets: await findSecondSets(config, asked.also, say) };
}

/** The file of the weights, once it is known that they can be used. */
function checkStart(start: string, { model: network, resume }: RunConfig): string {
  try {
    const { model, file } = loadModel(start, network);
    model.dispose();
    return file;
  } catch (error) {
    // A new run cannot do without them.
    if (!(error instanceof InputError) || resume === null) throw error;
    throw new ConfigError(`${error.message}; to go on without comparison, set before_after=null`);
  }
}

function isInside(file: string, folder: string): boolean {
  return !relative(resolve(folder), resolve(file)).startsWith(`..${sep}`);
}

/**
 * Of a run in `path` that has come to its end. The result is left in its folder, and in its best checkpoint how boxes are made.
 * Two passes over each set; holds the maps of `val`, as `tunePostprocess` does.
 */
export async function compareBeforeAfter(
  { config, start, metric, sets }: BeforeAfterPlan,
  path: string,
  terminal: Terminal,
): Promise<BeforeAfter> {
  const folder = await RunFolder.reopen(path, (line) => terminal.line(line));
  const judge = (checkpoint: string, postprocess: Postprocess) =>
    judgeDetector(
      { ...config, model: { ...config.model, postprocess } },
      { checkpoint, metric, sets, terminal },
    );
  try {
    const before = await judge(start, startingPoint(start, config));
    const after = await judge(checkpointFile(path), config.model.postprocess);
    const { postprocess, weights } = after;
    folder.replace(weights, withPostprocess(weights, postprocess));
    const result: BeforeAfter = {
      metric,
      before: { weights: before.weights, postprocess: before.postprocess },
      after: { weights, postprocess },
      sets: before.sets.map(({ hmeans, ...set }, index) => ({
        ...set,
        before: hmeans,
        after: after.sets[index]!.hmeans,
      })),
    };
    folder.write(BEFORE_AFTER, `${JSON.stringify(result, null, 2)}\n`);
    return result;
  } finally {
    folder.release();
  }
}

/** Where the search begins: with what the weights came with, so that it ends nowhere below. What is not searched is the run's. */
function startingPoint(start: string, { model: { postprocess } }: RunConfig): Postprocess {
  const { output, max_candidates } = postprocess;
  return { ...postprocess, ...postprocessOf(start), output, max_candidates };
}

interface JudgeOptions extends Pick<BeforeAfterPlan, 'metric' | 'sets'> {
  readonly checkpoint: string;
  readonly terminal: Terminal;
}

interface Judged {
  readonly weights: string;
  readonly postprocess: Postprocess;
  readonly sets: readonly (Omit<JudgedSet, 'before' | 'after'> & { readonly hmeans: Hmeans })[];
}

async function judgeDetector(
  config: RunConfig,
  { checkpoint, metric, sets, terminal }: JudgeOptions,
): Promise<Judged> {
  terminal.line(`[INFO] judging ${checkpoint}`);
  const metrics = chosenMetrics(metric);
  const tuning = await tunePostprocess(
    { ...config, data: uncached(config.data) },
    { checkpoint, split: 'val', metrics, terminal },
  );
  const { postprocess, figures } = tuning.after;
  const judged = [{ name: 'val', split: tuning.split, images: tuning.images, hmeans: hmeansOf(figures) }];
  for (const { name, split, data } of sets) {
    const settings = { ...config, data: uncached(data), model: { ...config.model, postprocess } };
    const { images, metrics } = await testCheckpoint(settings, { checkpoint, split, terminal });
    judged.push({ name, split, images, hmeans: hmeansOf(metrics, 'test/') });
  }
  return { weights: tuning.checkpoint, postprocess, sets: judged };
}

/** A set is read twice here and then not again: nothing to fill a cache with. */
const uncached = (data: RunConfig['data']): RunConfig['data'] => ({ ...data, cache_splits: [] });

type Hmeans = JudgedSet['before'];

const hmeansOf = (figures: Readonly<Record<string, number>>, prefix = ''): Hmeans =>
  Object.fromEntries(
    METRICS.map(({ name }) => [name, figures[prefix + figureName('hmean', name)]]),
  ) as Hmeans;
