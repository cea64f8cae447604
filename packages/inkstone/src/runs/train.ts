/** One training run from its configuration to its summary. */
import { join } from 'node:path';
import { printConfig } from '../config/index.js';
import { compareSplits, skippedLines } from '../data/index.js';
import { createNetwork } from '../detection/index.js';
import { backend } from '../tensor/index.js';
import { createLoggers, Terminal, Tracker } from '../tracking/index.js';
import {
  CacheHealthCallback,
  createCallbacks,
  limitedLength,
  type Outcome,
  ProfilerCallback,
  readBest,
  resumeFrom,
  resumePath,
  Trainer,
} from '../training/index.js';
import { buildUpdater } from './build.js';
import type { RunConfig } from './config.js';
import { DetectionTask } from './detection-task.js';
import { initializeFrom } from './init-weights.js';
import { describeModel } from './load-model.js';
import { OverlaysCallback } from './overlays-callback.js';
import { CHECKPOINTS, RunFolder } from './run-folder.js';
import { type OpenSplit, openSplit } from './splits.js';
import { type Summary, summarize } from './summary.js';

export interface TrainOptions {
  /** Where progress is shown; not given, on standard output. */
  readonly terminal?: Terminal | undefined;
  /** Aborting it ends training after the current step, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
}

export interface TrainResult {
  readonly outcome: Outcome;
  /** `runs/<exp_name>` */
  readonly folder: string;
  readonly summary: Summary;
}

export async function train(
  config: RunConfig,
  { terminal = new Terminal(), signal }: TrainOptions = {},
): Promise<TrainResult> {
  const path = join(config.runs_dir, config.exp_name);
  // What can be wrong with the call is found before an earlier run is touched.
  backend();
  const checkpoint = config.resume === null ? null : resumePath(config.resume, join(path, CHECKPOINTS));
  const splits = await openSplits(config, terminal);
  const datasets = [splits.train.dataset, splits.val.dataset] as const;
  try {
    for (const warning of await compareSplits(...datasets)) terminal.line(warning);
    const folder = RunFolder.open(path, checkpoint !== null);
    let skipped = '';
    const writeSkipped = () => {
      const lines = skippedLines(datasets);
      if (lines !== skipped) folder.write('skipped.jsonl', lines);
      skipped = lines;
    };
    try {
      writeSkipped();
      if (folder.movedTo !== undefined) terminal.line(`[INFO] The earlier run is kept as ${folder.movedTo}`);
      return await trainOn({ config, folder, splits, checkpoint, terminal, signal });
    } finally {
      // Images whose pixels are damaged are met only now.
      writeSkipped();
      folder.release();
    }
  } finally {
    terminal.status('');
    await Promise.all(Object.values(splits).map((split: OpenSplit) => split.close()));
  }
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
  readonly checkpoint: string | null;
  readonly terminal: Terminal;
  readonly signal: AbortSignal | undefined;
}

async function trainOn({
  config,
  folder,
  splits,
  checkpoint,
  terminal,
  signal,
}: RunParts): Promise<TrainResult> {
  const caches = { train: splits.train.dataset.cache, val: splits.val.dataset.cache };
  const model = createNetwork(config.model, config.seed);
  if (config.init_from !== null && checkpoint === null) initializeFrom(model, config.init_from);
  const overlays =
    config.callbacks.overlays && new OverlaysCallback(config.callbacks.overlays, folder.file('overlays'));
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
    if (checkpoint !== null) resumeFrom(checkpoint, (state) => trainer.resume(state));
    folder.write('config.yaml', printConfig(config));
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
    folder.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
    return { outcome, folder: folder.path, summary };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    tracker.close();
    updater.dispose();
    model.dispose();
  }
}
