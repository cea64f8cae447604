/** One training run from its configuration to its summary. */
import { join } from 'node:path';
import { printConfig } from '../config/index.js';
import { compareSplits, DataWorkers, type SampleInfo, skippedLines } from '../data/index.js';
import { createNetwork, type DetectionNetwork } from '../detection/index.js';
import type { Group } from '../distributed/index.js';
import { InputError } from '../system/index.js';
import { backend, reportBackend } from '../tensor/index.js';
import { createLoggers, type RunEnd, Terminal, Tracker } from '../tracking/index.js';
import {
  CacheHealthCallback,
  createCallbacks,
  limitedLength,
  loadResumeState,
  type Outcome,
  ProfilerCallback,
  readBest,
  readSavedConfig,
  refuseUneven,
  restoringFrom,
  resumePath,
  Team,
  Trainer,
  type Updater,
} from '../training/index.js';
import { expectSameRun } from './agree.js';
import { buildUpdater } from './build.js';
import type { RunConfig } from './config.js';
import { DetectionTask } from './detection-task.js';
import { FolderCallback } from './folder-callback.js';
import { doneHint, warmUpHint, zeroHint } from './hints.js';
import { judgedImage } from './image-rows.js';
import { ImagesCallback } from './images-callback.js';
import { initializeFrom } from './init-weights.js';
import { describeModel, normalizationOf } from './load-model.js';
import { type Change, changesTo, describeChange, refuseChanges, tunedWarning } from './resume.js';
import { compareData, describeData } from './run-data.js';
import { BEFORE_AFTER, CHECKPOINTS, CONFIG, FAILURE, SKIPPED, SUMMARY } from './run-files.js';
import { checkPlace, RunFolder } from './run-folder.js';
import { type OpenSplit, openSplit } from './splits.js';
import { type Summary, summarize } from './summary.js';

export interface TrainOptions {
  /** Where progress is shown; not given, on standard output. */
  readonly terminal?: Terminal | undefined;
  /** Aborting it ends training after the current step, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** Take the place of the run of this name, if there is one. Files that no run wrote stay. */
  readonly overwrite?: boolean | undefined;
  /** Keys that a resumed run may change although that makes it another run. */
  readonly allow?: readonly string[] | undefined;
  /** Ranks that train the run together; each of them calls this. The first has the folder and shows what is going on. */
  readonly group?: Group | undefined;
  /** Told where the run lies, as soon as that is decided. */
  readonly onFolder?: ((path: string) => void) | undefined;
}

export interface TrainResult {
  readonly outcome: Outcome;
  /** `runs/<exp_name>`, or `runs/<exp_name>-2`, … where that name was taken. */
  readonly folder: string;
  readonly summary: Summary;
}

export async function train(config: RunConfig, options: TrainOptions = {}): Promise<TrainResult> {
  const { terminal = new Terminal(), group, overwrite = false, allow = [] } = options;
  const path = join(config.runs_dir, config.exp_name);
  // What can be wrong with the call is found before anything is made or touched.
  backend();
  if (isLead(group)) checkPlace(path);
  if (group !== undefined) refuseUneven(group.size, config.trainer.accumulate_grad_batches);
  if (config.resume !== null && overwrite) {
    throw new InputError('a run is either resumed or overwritten; leave out one of them');
  }
  const checkpoint = config.resume === null ? null : resumePath(config.resume, join(path, CHECKPOINTS));
  const changes = checkpoint === null ? [] : changesTo(path, config, readSavedConfig(checkpoint));
  refuseChanges(path, changes, allow);
  const splits = await openSplits(config, terminal);
  try {
    for (const warning of await compareSplits(splits.train.dataset, splits.val.dataset)) {
      terminal.line(warning);
    }
    const model = createNetwork(config.model, config.seed);
    try {
      if (config.init_from !== null && checkpoint === null) {
        initializeFrom(model, config.init_from, (line) => terminal.line(line));
      }
      const batchesPerEpoch = limitedLength(splits.train.source.length, config.trainer.limit_train_batches);
      const updater = buildUpdater(config, model, batchesPerEpoch);
      try {
        if (group !== undefined) {
          const [train, val] = [splits.train.dataset, splits.val.dataset];
          await expectSameRun(group, { config, train, val, updater, checkpoint });
        }
        return await trainInFolder(
          { config, splits, model, updater, checkpoint, changes, terminal },
          options,
        );
      } finally {
        updater.dispose();
      }
    } finally {
      model.dispose();
    }
  } finally {
    terminal.status('');
    await Promise.all(Object.values(splits).map((split: OpenSplit) => split.close()));
  }
}

const isLead = (group: Group | undefined): boolean => group === undefined || group.rank === 0;

interface Splits {
  readonly train: OpenSplit;
  readonly val: OpenSplit;
}

async function openSplits(config: RunConfig, terminal: Terminal): Promise<Splits> {
  // While one split is read, the other waits.
  const workers = new DataWorkers(config.data.num_workers);
  const open = (split: 'train' | 'val') => openSplit(config, split, (line) => terminal.line(line), workers);
  const train = await open('train');
  try {
    return { train, val: await open('val') };
  } catch (error) {
    await train.close();
    throw error;
  }
}

interface RunParts {
  readonly config: RunConfig;
  readonly splits: Splits;
  readonly model: DetectionNetwork;
  readonly updater: Updater;
  /** What the run goes on from, and what is changed about it; null for a new run. */
  readonly checkpoint: string | null;
  readonly changes: readonly Change[];
  readonly terminal: Terminal;
}

async function trainInFolder(parts: RunParts, options: TrainOptions): Promise<TrainResult> {
  const { config, splits, checkpoint, changes, terminal } = parts;
  const { group, onFolder } = options;
  const say = (line: string) => terminal.line(line);
  const path = join(config.runs_dir, config.exp_name);
  const folder = isLead(group)
    ? await openFolder(path, checkpoint !== null, options, say)
    : await RunFolder.scratch(config.exp_name);
  let skipped = '';
  const writeSkipped = () => {
    const lines = skippedLines([splits.train.dataset, splits.val.dataset]);
    if (lines !== skipped) folder.write(SKIPPED, lines);
    skipped = lines;
  };
  try {
    onFolder?.(folder.path);
    const changed = changes.length === 0 ? '' : `, with ${changes.map(describeChange).join(', ')}`;
    if (checkpoint !== null) {
      say(`[INFO] run: ${path} goes on${changed}`);
      const tuned = tunedWarning(path, config);
      if (tuned !== undefined) say(tuned);
    } else if (folder.path === path) say(`[INFO] run: ${path}`);
    else say(`[INFO] run: ${folder.path}, because ${path} is there already (--overwrite takes its place)`);
    if (config.trainer.precision === 'bf16-mixed') say(`[INFO] ${describeArithmetic(config)}`);
    const named = { ...config, exp_name: folder.name };
    // First of all, so that whoever finds the folder, however early the run is killed, knows what it is.
    if (checkpoint === null) folder.write(CONFIG, configFile(named));
    writeSkipped();
    return await trainOn({ ...parts, config: named }, folder, options);
  } finally {
    try {
      // Images whose pixels are damaged are met only now.
      writeSkipped();
    } finally {
      folder.release();
    }
  }
}

/** For whoever looks at the run later, and did not see what its process said. */
function noteFailure(folder: RunFolder, error: unknown): void {
  try {
    folder.write(FAILURE, `${error instanceof Error ? error.message : String(error)}\n`);
  } catch {
    // The disk may be full, or the folder gone: the error itself says so.
  }
}

function describeArithmetic({ trainer }: RunConfig): string {
  const { name, kernels } = reportBackend();
  const by = name === 'native' ? kernels?.instructionSet : name;
  return `precision: ${trainer.precision}, arithmetic: ${trainer.arithmetic} (${by})`;
}

function openFolder(
  path: string,
  goesOn: boolean,
  { overwrite = false }: TrainOptions,
  say: (line: string) => void,
): Promise<RunFolder> {
  return goesOn ? RunFolder.reopen(path, say) : RunFolder.create(path, { overwrite, say });
}

async function trainOn(
  { config, splits, model, updater, checkpoint, changes, terminal }: RunParts,
  folder: RunFolder,
  { signal, group, allow = [] }: TrainOptions,
): Promise<TrainResult> {
  const resumed = checkpoint === null ? undefined : loadResumeState(checkpoint);
  const data = describeData(splits.train.dataset, splits.val.dataset);
  if (resumed !== undefined) {
    const changed = compareData(folder.path, resumed.data, data, allow);
    if (changed !== undefined) terminal.line(`[WARN] ${changed}`);
    // The summary needs it. A damaged one is said now, and not when all is done.
    readBest(folder.checkpoints);
  }
  if (resumed?.model !== undefined) model.normalization = normalizationOf(resumed.model, String(checkpoint));
  const caches = { train: splits.train.dataset.cache, val: splits.val.dataset.cache };
  const images = isLead(group) ? new ImagesCallback(folder, config.callbacks.overlays) : undefined;
  const pathOf = new Map(splits.val.dataset.samples.map(({ id, imagePath }) => [id, imagePath]));
  // Another rank may have evaluated it, on a machine where it lies elsewhere.
  const here = (sample: SampleInfo) => ({ ...sample, imagePath: pathOf.get(sample.id) ?? sample.imagePath });
  const task = new DetectionTask(model, config.model, (sample, detections, figures) =>
    images?.note(judgedImage(here(sample), detections, figures)),
  );
  const profiler = new ProfilerCallback(config.callbacks.profiler);
  const loggers = isLead(group) ? createLoggers(config.logger, { folder: folder.path, terminal }) : [];
  const tracker = new Tracker(loggers);
  const team =
    group && new Team(group, updater, config.trainer.accumulate_grad_batches, config.distributed.wire);
  const trainer = new Trainer({
    config: config.trainer,
    seed: config.seed,
    task,
    updater,
    team,
    train: splits.train.source,
    val: splits.val.source,
    callbacks: [
      new FolderCallback(folder),
      profiler,
      new CacheHealthCallback(caches),
      ...(images ? [images] : []),
      ...createCallbacks(config.callbacks),
    ],
    tracker,
    terminal,
    checkpoints: {
      folder: folder.checkpoints,
      write: (file, contents) => folder.replace(file, contents),
      model: describeModel(config, model),
      data,
      config,
    },
  });
  const onAbort = () => trainer.interrupt();
  let end: RunEnd = 'failed';
  try {
    if (checkpoint !== null && resumed !== undefined) {
      restoringFrom(checkpoint, () => trainer.resume(resumed));
      // Only now: what does not fit leaves the run as it was.
      if (changes.length > 0) folder.write(CONFIG, configFile(config));
      folder.remove(BEFORE_AFTER);
      folder.remove(FAILURE);
    }
    tracker.logHyperparameters(config);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) trainer.interrupt();
    const beforehand = doneHint(trainer.step, trainer.maxSteps) ?? warmUpHint(config, trainer.maxSteps);
    if (beforehand !== undefined) terminal.line(`[WARN] ${beforehand}`);
    const outcome = await trainer.fit().catch((error: unknown) => {
      noteFailure(folder, error);
      throw error;
    });
    if (outcome !== 'interrupted' && trainer.metrics['val/hmean'] === 0) {
      const { train, val } = splits;
      const hint = zeroHint(config, trainer.step, { train: train.dataset, val: val.dataset });
      terminal.line(`[WARN] ${hint}`);
    }
    const summary = summarize({
      config,
      outcome,
      run: trainer,
      best: readBest(folder.checkpoints),
      profile: profiler.report(),
      datasets: { train: splits.train.dataset, val: splits.val.dataset },
    });
    folder.write(SUMMARY, `${JSON.stringify(summary, null, 2)}\n`);
    end = outcome === 'interrupted' ? 'interrupted' : 'finished';
    return { outcome, folder: folder.path, summary };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await tracker.close(end);
    team?.dispose();
  }
}

/** A run that was resumed is no other than one that was not. */
const configFile = (config: RunConfig): string => printConfig({ ...config, resume: null });
