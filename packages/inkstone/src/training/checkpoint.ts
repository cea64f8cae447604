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
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import {
  CheckpointError,
  expectFinite,
  isSealed,
  readSafetensors,
  type StateDict,
  StateDictError,
  seal,
  sealedSafetensorsParts,
  sha256,
  UNSEALED,
} from '../nn/index.js';
import {
  type Contents,
  firstIssue,
  RunFileError,
  readJson,
  VERSION,
  writeAtomically,
} from '../system/index.js';
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
  /** Of this very file. Not in checkpoints that were written before it was, as model, data and config. */
  sha256: z.string().optional(),
  state_file: z.string().regex(/^\w+\.state-\d+-\d+\.safetensors$/),
  /** Of the whole file of state, so that another run's is not taken for it. */
  state_sha256: z.string().optional(),
  model: z.unknown().optional(),
  data: z.unknown().optional(),
  config: z.unknown().optional(),
});

const ADVICE = 'go on from the other checkpoint (resume=last, resume=best), or train anew';

export interface Checkpoint {
  readonly run: RunState;
  /** What prediction uses: the moving average where there is one. */
  readonly weights: StateDict;
  /** Every tensor of the training state; names carry a prefix by owner. */
  readonly state: StateDict;
  /** What the weights are, for whoever finds the file alone. */
  readonly model: unknown;
  /** What they were trained on, so that a run that goes on can tell whether it still is that. */
  readonly data: unknown;
  /** As what it was trained, whatever a file beside it says by then. */
  readonly config: unknown;
}

export type WriteFile = (file: string, contents: Contents) => void;

/**
 * Writes `<folder>/<name>.*` so that a reader never sees half of it, and the older checkpoint stays when there is no room.
 *
 * @param write replaces one file as a whole; throws RunFileError where it cannot, and anything else where the folder is not ours any more
 */
export function saveCheckpoint(
  folder: string,
  name: string,
  checkpoint: Checkpoint,
  write: WriteFile = writeAtomically,
): void {
  const { run, weights, state, model, data, config } = checkpoint;
  const stateFile = `${name}.state-${run.step}-${run.batch}.safetensors`;
  const stateParts = sealedSafetensorsParts({ tensors: state, metadata: {} });
  const metadata = {
    format: 'pt',
    inkstone: JSON.stringify({ version: VERSION, model, step: run.step, metrics: run.metrics }),
  };
  try {
    write(join(folder, stateFile), stateParts);
    const json: z.input<typeof checkpointSchema> = {
      format: FORMAT,
      sha256: UNSEALED,
      state_file: stateFile,
      state_sha256: sha256(stateParts),
      ...run,
      model,
      data,
      config,
    };
    write(join(folder, `${name}.json`), sealedJson(json));
    write(join(folder, `${name}.safetensors`), sealedSafetensorsParts({ tensors: weights, metadata }));
  } catch (error) {
    if (error instanceof RunFileError) removeOtherStates(folder, name);
    throw error;
  }
  removeOtherStates(folder, name);
}

/** Removes the state files of a checkpoint, all but the one that its JSON names. */
function removeOtherStates(folder: string, name: string): void {
  const json = join(folder, `${name}.json`);
  if (!existsSync(json)) return;
  const inUse = /"state_file": "([^"]*)"/.exec(readFileSync(json, 'utf8'))?.[1];
  if (inUse === undefined) return;
  const isState = new RegExp(`^${name}\\.state-\\d+-\\d+\\.safetensors$`);
  for (const file of readdirSync(folder)) {
    if (isState.test(file) && file !== inUse) rmSync(join(folder, file), { force: true });
  }
}

function sealedJson(value: object): Uint8Array {
  const bytes = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  seal([bytes]);
  return bytes;
}

export interface ResumeState {
  readonly run: RunState;
  readonly state: StateDict;
  /** As they were given to `saveCheckpoint`. */
  readonly model: unknown;
  readonly data: unknown;
}

/**
 * Reads what training needs: a checkpoint's JSON and the file of state that it names.
 *
 * @throws CheckpointError, InputError for what was damaged, or diverged before it was saved
 */
export function loadResumeState(json: string): ResumeState {
  const {
    format: _,
    sha256: __,
    state_file,
    state_sha256,
    model,
    data,
    config: ___,
    ...run
  } = readCheckpoint(json);
  const file = join(dirname(json), state_file);
  const { tensors } = readSafetensors(file);
  if (state_sha256 !== undefined && sha256([readFileSync(file)]) !== state_sha256) {
    throw new CheckpointError(file, `is not the state that ${json} was saved with; ${ADVICE}`);
  }
  expectFinite(tensors, file);
  return { run, state: tensors, model, data };
}

/**
 * Runs `restore`, which takes in the state of `json`.
 *
 * @throws CheckpointError, which names the file, when it belongs to another network or optimiser
 */
export function restoringFrom(json: string, restore: () => void): void {
  try {
    restore();
  } catch (error) {
    if (error instanceof StateDictError) throw new CheckpointError(json, error.message);
    if (error instanceof z.ZodError) throw new CheckpointError(json, `${firstIssue(error)}; ${ADVICE}`);
    throw error;
  }
}

/** The configuration that was given to `saveCheckpoint`; undefined in older checkpoints. */
export const readSavedConfig = (json: string): unknown => readCheckpoint(json).config;

/** What a checkpoint's JSON says of its run; the state that it names is not looked at. */
export const readRunState = (json: string): RunState => readCheckpoint(json);

function readCheckpoint(json: string, advice = ADVICE): z.output<typeof checkpointSchema> {
  if (!existsSync(json)) throw new CheckpointError(json, 'no such checkpoint');
  const checkpoint = readJson(json, checkpointSchema, advice);
  if (checkpoint.sha256 !== undefined && !isSealed(readFileSync(json), checkpoint.sha256)) {
    throw new CheckpointError(json, `does not fit its checksum: it was damaged; ${advice}`);
  }
  return checkpoint;
}

/**
 * `last`, `best` or a path (with or without extension) as the path of the checkpoint's JSON.
 *
 * @throws CheckpointError for a checkpoint that is not in `folder`: a run goes on from its own
 */
export function resumePath(resume: string, folder: string): string {
  const name = resume.replace(/\.(json|safetensors)$/, '');
  const json = name === 'last' || name === 'best' ? join(folder, `${name}.json`) : `${name}.json`;
  if (resolve(dirname(json)) !== resolve(folder)) {
    const advice = `to start a new run from its weights, set init_from=${name}.safetensors instead of resume`;
    throw new CheckpointError(json, `belongs to another run than ${dirname(folder)}; ${advice}`);
  }
  if (existsSync(json)) return json;
  throw new CheckpointError(
    json,
    `there is no checkpoint to go on from; train anew, with --overwrite to take the same place`,
  );
}

/** When the best checkpoint of a run was saved, and its metrics; null when there is none. */
export function readBest(folder: string): Pick<RunState, 'step' | 'metrics'> | null {
  const json = join(folder, 'best.json');
  if (!existsSync(json)) return null;
  const { step, metrics } = readCheckpoint(json, 'move best.* away to go on without it');
  return { step, metrics };
}
