/**
 * Checkpoints of a run, three files each:
 *
 * - `last.safetensors`: the weights under PyTorch's names, and in the metadata what prediction needs beside them (see
 *   `runs/load-model.ts`).
 * - `last.json`: everything of a few bytes: step, epoch, position in the epoch, scaler, callbacks, metrics. It names
 *   the file of state that belongs to it.
 * - `last.state-120.safetensors`: what only training needs: optimiser moments, weights as trained, moving average.
 *
 * The JSON is written after the state it names and before the older state goes, so a kill at any moment leaves one
 * complete checkpoint to resume from.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CheckpointError, readSafetensors, type StateDict, safetensorsParts } from '../nn/index.js';
import { VERSION, writeAtomically } from '../system/index.js';

/** What a run needs, beside tensors, to go on as if it had never stopped. All JSON. */
export interface RunState {
  /** Optimiser updates made. */
  readonly step: number;
  readonly epoch: number;
  /** Batches of this epoch already used. */
  readonly batch: number;
  /** A validation was due after the last update and is not done. */
  readonly validationDue: boolean;
  readonly seed: number;
  /** Counts of optimiser and moving average, and the precision's state, e.g. the loss scaler's. */
  readonly updater: unknown;
  /** By callback name. */
  readonly callbacks: Readonly<Record<string, unknown>>;
  readonly tracker: unknown;
  /** The last validation's metrics. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface Checkpoint {
  readonly run: RunState;
  /** What prediction uses: the moving average where there is one. */
  readonly weights: StateDict;
  /** Every tensor of the training state; names carry a prefix by owner. */
  readonly state: StateDict;
  /** What the weights are, for whoever finds the file alone. */
  readonly model: unknown;
}

const FORMAT = 1;

interface CheckpointJson extends RunState {
  readonly format: number;
  readonly state_file: string;
}

/** Writes `<folder>/<name>.*` so that a reader never sees half of it. */
export function saveCheckpoint(folder: string, name: string, checkpoint: Checkpoint): void {
  mkdirSync(folder, { recursive: true });
  const { run, weights, state, model } = checkpoint;
  const stateFile = `${name}.state-${run.step}-${run.batch}.safetensors`;
  writeAtomically(join(folder, stateFile), safetensorsParts({ tensors: state, metadata: {} }));
  const json: CheckpointJson = { format: FORMAT, state_file: stateFile, ...run };
  writeAtomically(join(folder, `${name}.json`), `${JSON.stringify(json, null, 2)}\n`);
  const metadata = {
    format: 'pt',
    inkstone: JSON.stringify({ version: VERSION, model, step: run.step, metrics: run.metrics }),
  };
  writeAtomically(join(folder, `${name}.safetensors`), safetensorsParts({ tensors: weights, metadata }));
  for (const file of readdirSync(folder)) {
    if (file.startsWith(`${name}.state-`) && file !== stateFile) rmSync(join(folder, file), { force: true });
  }
}

export interface ResumeState {
  readonly run: RunState;
  readonly state: StateDict;
}

/** Reads what training needs from `<folder>/<name>.json`, or from the path of any of the three files. */
export function loadResumeState(json: string): ResumeState {
  if (!existsSync(json)) throw new CheckpointError(json, 'no such checkpoint');
  let parsed: CheckpointJson;
  try {
    parsed = JSON.parse(readFileSync(json, 'utf8'));
  } catch {
    throw new CheckpointError(json, 'is no JSON');
  }
  if (parsed.format !== FORMAT || typeof parsed.state_file !== 'string') {
    throw new CheckpointError(json, 'was not written by this version of Inkstone');
  }
  const { format: _, state_file, ...run } = parsed;
  return { run, state: readSafetensors(join(dirname(json), basename(state_file))).tensors };
}

/** `last`, `best` or a path (with or without extension) as the path of the checkpoint's JSON. */
export function resumePath(resume: string, folder: string): string {
  if (resume !== 'last' && resume !== 'best') return `${resume.replace(/\.(json|safetensors)$/, '')}.json`;
  const json = join(folder, `${resume}.json`);
  if (existsSync(json)) return json;
  throw new CheckpointError(json, `there is no checkpoint to resume; start without resume=${resume}`);
}

/** When the best checkpoint of a run was saved, and its metrics; null when there is none. */
export function readBest(folder: string): Pick<RunState, 'step' | 'metrics'> | null {
  const json = join(folder, 'best.json');
  if (!existsSync(json)) return null;
  const { step, metrics } = JSON.parse(readFileSync(json, 'utf8')) as CheckpointJson;
  return { step, metrics };
}
