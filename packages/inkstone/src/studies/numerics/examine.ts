/** The numerics doctor: trains nothing, looks at a few training batches of a checkpoint. */
import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import { createPrecision, type GradScalerState } from '../../amp/index.js';
import type { LoadedBatch } from '../../data/index.js';
import { DetectionTask, loadModel, openSplit, type RunConfig } from '../../runs/index.js';
import { type DType, type Operation, Tape, tidy } from '../../tensor/index.js';
import type { Terminal } from '../../tracking/index.js';
import { readRunState } from '../../training/index.js';
import { isLoss } from '../layer.js';
import { type Diagnosis, diagnose } from './diagnose.js';
import { NumericsObserver } from './observer.js';

export interface ExamineOptions {
  /** A `.safetensors` file, or a run folder for its best. */
  readonly checkpoint: string;
  /** Training batches to look at. */
  readonly batches: number;
  readonly terminal: Terminal;
}

export interface Numerics extends Diagnosis {
  readonly checkpoint: string;
  readonly batches: number;
  readonly loss_scale: number;
  /** Whether the scale is the checkpoint's own, or the one that training would start with. */
  readonly scale_from: 'checkpoint' | 'default';
  readonly accumulated_batches: number;
}

/**
 * Runs batches forward and backward in float32, where nothing is lost, and says what half types would have made of the
 * numbers. Weights stay as they are.
 */
export async function examineNumerics(config: RunConfig, options: ExamineOptions): Promise<Numerics> {
  const { checkpoint, batches, terminal } = options;
  const { model, file } = loadModel(checkpoint, config.model);
  const split = await openSplit(config, 'train', (line) => terminal.line(line));
  try {
    model.train();
    // Parameters are named by their place in the network.
    model.parameters();
    const task = new DetectionTask(model, config.model);
    const accumulated = config.trainer.accumulate_grad_batches;
    const observer = new NumericsObserver();
    let storedAs: DType[] | undefined;
    let done = 0;
    for await (const batch of split.source.epoch(0, 0)) {
      storedAs ??= storageTypesOf(task, batch);
      observer.nextBatch();
      tidy(() => {
        const tape = new Tape(observer);
        tape.backward(tape.record(() => task.loss(batch).loss));
        model.zeroGrad();
      });
      done += 1;
      terminal.status(`batch ${done}/${batches}`);
      if (done >= batches) break;
    }
    terminal.status('');
    const scaler = scalerOf(file);
    const loss_scale = scaler?.scale ?? (createPrecision('16-mixed').scaler?.scale as number);
    return {
      ...diagnose(observer.layers, storedAs ?? [], loss_scale / accumulated),
      checkpoint: file,
      batches: done,
      loss_scale,
      scale_from: scaler === undefined ? 'default' : 'checkpoint',
      accumulated_batches: accumulated,
    };
  } finally {
    await split.close();
    model.dispose();
  }
}

/** Types that 16-mixed gives the output of each operation, found by asking it. */
function storageTypesOf(task: DetectionTask, batch: LoadedBatch): DType[] {
  const types: DType[] = [];
  const tape = new Tape({
    onForward: (operation: Operation) => {
      if (!isLoss(operation)) types.push(operation.output.dtype);
    },
    onBackward: () => {},
  });
  tidy(() => tape.record(() => createPrecision('16-mixed').forward(() => task.loss(batch).loss)));
  tape.clear();
  return types;
}

/** The loss scaler's state beside a checkpoint of a 16-mixed run. */
function scalerOf(weights: string): GradScalerState | undefined {
  const { dir, name, ext } = parse(weights);
  const json = join(dir, `${name}.json`);
  if (ext !== '.safetensors' || !existsSync(json)) return undefined;
  return readRunState(json).updater.precision.scaler;
}
