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
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import {
  CheckpointError,
  readSafetensors,
  type StateDict,
  StateDictError,
  safetensorsParts,
} from '../nn/index.js';
import { firstIssue, readJson, VERSION, writeAtomically } from '../system/index.js';
import { metricsSchema, trackerStateSchema } from '../tracking/index.js';
import { updaterStateSchema } from './updater.js';

/** What a run needs, beside tensors, to go on as if it had never stopped. */
const runStateSchema = z.object({
  /** Optimiser updates made. */
  step: z.int().min(0),
  epoch: z.int().min(0),
  /** Batches of this epoch already used. */
  batch: z.int().min(0),
  /** A validation was due after the last update and is not done. */
  validationDue: z.boolean(),
  seed: z.int(),
  updater: updaterStateSchema,
  /** By callback name; each parses its own. */
  callbacks: z.record(z.string(), z.unknown()),
  tracker: trackerStateSchema.nullable(),
  /** The last validation's metrics. */
  metrics: metricsSchema,
});

export type RunState = Readonly<z.output<typeof runStateSchema>>;

const FORMAT = 1;

const checkpointSchema = runStateSchema.extend({
  format: z.literal(FORMAT, { error: 'another version of Inkstone wrote it' }),
  state_file: z.string(),
});

const ADVICE = 'resume from another checkpoint, or start anew without resume';

export interface Checkpoint {
  readonly run: RunState;
  /** What prediction uses: the moving average where there is one. */
  readonly weights: StateDict;
  /** Every tensor of the training state; names carry a prefix by owner. */
  readonly state: StateDict;
  /** What the weights are, for whoever finds the file alone. */
  readonly model: unknown;
}

/** Writes `<folder>/<name>.*` so that a reader never sees half of it. */
export function saveCheckpoint(folder: string, name: string, checkpoint: Checkpoint): void {
  mkdirSync(folder, { recursive: true });
  const { run, weights, state, model } = checkpoint;
  const stateFile = `${name}.state-${run.step}-${run.batch}.safetensors`;
  writeAtomically(join(folder, stateFile), safetensorsParts({ tensors: state, metadata: {} }));
  const json: z.input<typeof checkpointSchema> = { format: FORMAT, state_file: stateFile, ...run };
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

/** Reads what training needs: a checkpoint's JSON and the file of state that it names. */
export function loadResumeState(json: string): ResumeState {
  const { format: _, state_file, ...run } = readCheckpoint(json);
  return { run, state: readSafetensors(join(dirname(json), basename(state_file))).tensors };
}

/**
 * Hands `restore` what training needs to go on.
 *
 * @throws CheckpointError, which names the file, when it belongs to another network or optimiser
 */
export function resumeFrom(json: string, restore: (state: ResumeState) => void): void {
  const state = loadResumeState(json);
  try {
    restore(state);
  } catch (error) {
    if (error instanceof StateDictError) throw new CheckpointError(json, error.message);
    if (error instanceof z.ZodError) throw new CheckpointError(json, `${firstIssue(error)}; ${ADVICE}`);
    throw error;
  }
}

/** What a checkpoint's JSON says of its run; the state that it names is not looked at. */
export const readRunState = (json: string): RunState => readCheckpoint(json);

function readCheckpoint(json: string): z.output<typeof checkpointSchema> {
  if (!existsSync(json)) throw new CheckpointError(json, 'no such checkpoint');
  return readJson(json, checkpointSchema, ADVICE);
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
  const { step, metrics } = readRunState(json);
  return { step, metrics };
}
