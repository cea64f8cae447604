/** One training run from its configuration to its summary. */
import { join } from 'node:path';
import { printConfig } from '../config/index.js';
import { compareSplits, skippedLines } from '../data/index.js';
import { createNetwork, type DetectionNetwork } from '../detection/index.js';
import { InputError } from '../system/index.js';
import { backend } from '../tensor/index.js';
import { createLoggers, Terminal, Tracker } from '../tracking/index.js';
import {
  CacheHealthCallback,
  createCallbacks,
  limitedLength,
  loadResumeState,
  type Outcome,
  ProfilerCallback,
  readBest,
  restoringFrom,
  resumePath,
  Trainer,
} from '../training/index.js';
import { buildUpdater } from './build.js';
import type { RunConfig } from './config.js';
import { DetectionTask } from './detection-task.js';
import { initializeFrom } from './init-weights.js';
import { describeModel, normalizationOf } from './load-model.js';
import { OverlaysCallback } from './overlays-callback.js';
import { type Change, changesTo, describeChange, refuseChanges } from './resume.js';
import { CHECKPOINTS, CONFIG, SKIPPED, SUMMARY } from './run-files.js';
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
  /** Told where the run lies, as soon as that is decided. */
  readonly onFolder?: ((path: string) => void) | undefined;
}

export interface TrainResult {
  readonly outcome: Outcome;
  /** `runs/<exp_name>`, or `runs/<exp_name>-2`, … where that name was taken. */
  readonly folder: string;
  readonly summary: Summary;
}

export async function train(
  config: RunConfig,
  { terminal = new Terminal(), signal, overwrite = false, allow = [], onFolder }: TrainOptions = {},
): Promise<TrainResult> {
  const say = (line: string) => terminal.line(line);
  const path = join(config.runs_dir, config.exp_name);
  // What can be wrong with the call is found before anything is made or touched.
  backend();
  checkPlace(path);
  const resumes = config.resume !== null;
  if (resumes && overwrite)
    throw new InputError('a run is either resumed or overwritten; leave out one of them');
  const checkpoint = config.resume === null ? null : resumePath(config.resume, join(path, CHECKPOINTS));
  const changes = resumes ? changesTo(path, config) : [];
  refuseChanges(path, changes, allow);
  const splits = await openSplits(config, terminal);
  const datasets = [splits.train.dataset, splits.val.dataset] as const;
  try {
    for (const warning of await compareSplits(...datasets)) say(warning);
    const model = createNetwork(config.model, config.seed);
    let skipped = '';
    const writeSkipped = (folder: RunFolder) => {
      const lines = skippedLines(datasets);
      if (lines !== skipped) folder.write(SKIPPED, lines);
      skipped = lines;
    };
    try {
      if (config.init_from !== null && !resumes) initializeFrom(model, config.init_from, say);
      const folder = resumes
        ? await RunFolder.reopen(path, say)
        : await RunFolder.create(path, { overwrite, say });
      try {
        onFolder?.(folder.path);
        sayWhere(folder.path, path, changes, resumes, say);
        writeSkipped(folder);
        const named = { ...config, exp_name: folder.name };
        return await trainOn({ config: named, folder, splits, model, checkpoint, terminal, signal });
      } finally {
        // Images whose pixels are damaged are met only now.
        writeSkipped(folder);
        folder.release();
      }
    } finally {
      model.dispose();
    }
  } finally {
    terminal.status('');
    await Promise.all(Object.values(splits).map((split: OpenSplit) => split.close()));
  }
}

function sayWhere(
  path: string,
  wanted: string,
  changes: readonly Change[],
  resumes: boolean,
  say: (line: string) => void,
): void {
  if (resumes) {
    const changed = changes.length === 0 ? '' : `, with ${changes.map(describeChange).join(', ')}`;
    say(`[INFO] run: ${path} goes on${changed}`);
  } else if (path === wanted) say(`[INFO] run: ${path}`);
  else say(`[INFO] run: ${path}, because ${wanted} is there already (--overwrite takes its place)`);
}

interface Splits {
  readonly train: OpenSplit;
  readonly val: OpenSplit;
}

async function openSplits(config: RunConfig, terminal: Terminal): Promise<Splits> {
  const open = (split: 'train' | 'val') => openSplit(config, split, (line) => terminal.line(line));
  return { train: await open('train'), val: await open('val') };
}

interface RunParts {
  readonly config: RunConfig;
  readonly folder: RunFolder;
  readonly splits: Splits;
  readonly model: DetectionNetwork;
  readonly checkpoint: string | null;
  readonly terminal: Terminal;
  readonly signal: AbortSignal | undefined;
}

async function trainOn({
  config,
  folder,
  splits,
  model,
  checkpoint,
  terminal,
  signal,
}: RunParts): Promise<TrainResult> {
  // So that whoever finds the folder, however early the run is killed, knows what it is.
  if (checkpoint === null) folder.write(CONFIG, configFile(config));
  const resumed = checkpoint === null ? undefined : loadResumeState(checkpoint);
  if (resumed?.model !== undefined) model.normalization = normalizationOf(resumed.model, String(checkpoint));
  const caches = { train: splits.train.dataset.cache, val: splits.val.dataset.cache };
  const overlays =
    config.callbacks.overlays && new OverlaysCallback(config.callbacks.overlays, folder.overlays);
  const task = new DetectionTask(model, config.model, (sample, detections) =>
    overlays?.note(sample, detections),
  );
  const batchesPerEpoch = limitedLength(splits.train.source.length, config.trainer.limit_train_batches);
  const updater = buildUpdater(config, model, batchesPerEpoch);
  const profiler = new ProfilerCallback(config.callbacks.profiler);
  const tracker = new Tracker(createLoggers(config.logger, { folder: folder.path, terminal }));
  const trainer = new Trainer({
    config: config.trainer,
    seed: config.seed,
    task,
    updater,
    train: splits.train.source,
    val: splits.val.source,
    callbacks: [
      profiler,
      new CacheHealthCallback(caches),
      ...(overlays ? [overlays] : []),
      ...createCallbacks(config.callbacks),
    ],
    tracker,
    terminal,
    checkpoints: { folder: folder.checkpoints, model: describeModel(config, model) },
  });
  const onAbort = () => trainer.interrupt();
  try {
    if (checkpoint !== null && resumed !== undefined) {
      restoringFrom(checkpoint, () => trainer.resume(resumed));
      // Only now: what does not fit leaves the run as it was.
      if (changesTo(folder.path, config).length > 0) folder.write(CONFIG, configFile(config));
    }
    tracker.logHyperparameters(config);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) trainer.interrupt();
    const outcome = await trainer.fit();
    const summary = summarize({
      config,
      outcome,
      run: trainer,
      best: readBest(folder.checkpoints),
      profile: profiler.report(),
      datasets: { train: splits.train.dataset, val: splits.val.dataset },
    });
    folder.write(SUMMARY, `${JSON.stringify(summary, null, 2)}\n`);
    return { outcome, folder: folder.path, summary };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    tracker.close();
    updater.dispose();
  }
}

/** A run that was resumed is no other than one that was not. */
const configFile = (config: RunConfig): string => printConfig({ ...config, resume: null });
