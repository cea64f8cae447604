/**
 * Times training steps of a whole network on made-up pages: forward, loss, backward, clip, Adam. The pages are those
 * of the PyTorch benchmark that it is compared with (text-like bars), so that hard-negative mining has equal work.
 */
import { z } from 'zod';
import { createPrecision, precisionSchema } from '../../amp/index.js';
import { DBNet, dbLoss, ENCODERS, normalizeImages, targetTensors } from '../../detection/index.js';
import { Adam } from '../../nn/index.js';
import { median, peakRss } from '../../system/index.js';
import { backend, Tape, type TapeObserver, tidy } from '../../tensor/index.js';

export const stepOptionsSchema = z.object({
  encoder: z.enum(ENCODERS.map(({ name }) => name)),
  precision: precisionSchema,
  batch: z.int().min(1),
  /** Side of the square images in pixels, a multiple of 32. */
  size: z.int().multipleOf(32),
  /** Steps that are timed; one more goes before them. */
  steps: z.int().min(1),
});

export type StepOptions = Readonly<z.output<typeof stepOptionsSchema>>;

export const stepResultSchema = z.object({
  medianSeconds: z.number(),
  /** Highest number of bytes the engine held at once. */
  peakBytes: z.number(),
  /** Highest resident set of the whole process, bytes. */
  peakResidentBytes: z.number(),
});

export type StepResult = Readonly<z.output<typeof stepResultSchema>>;

const LEARNING_RATE = 1e-3;
const CLIP = { algorithm: 'norm', value: 5 } as const;

/** What a step does, one after the other. */
export const PHASES = ['forward', 'backward', 'update'] as const;
export type Phase = (typeof PHASES)[number];

/** Sees what happens in a step. */
export interface StepWatcher extends TapeObserver {
  onPhase(phase: Phase): void;
}

export function benchmarkStep(options: StepOptions): StepResult {
  const step = createStep(options);
  step();
  backend().resetPeakMemory();
  const stepSeconds = Array.from({ length: options.steps }, () => {
    const start = performance.now();
    step();
    return (performance.now() - start) / 1000;
  });
  return {
    medianSeconds: median(stepSeconds)!,
    peakBytes: backend().memory().peakBytes,
    peakResidentBytes: peakRss(),
  };
}

/** A fresh network and its pages; each call is a step. */
export function createStep(options: Omit<StepOptions, 'steps'>, watcher?: StepWatcher): () => void {
  const { encoder, batch, size } = options;
  const precision = createPrecision(options.precision);
  const model = new DBNet({ encoder: { name: encoder } });
  model.train();
  const optimizer = new Adam(model.parameters(), { lr: LEARNING_RATE });
  const images = noise(batch * size * size * 3);
  const bytes = bars(batch, size);
  return () =>
    tidy(() => {
      const tape = new Tape(watcher);
      watcher?.onPhase('forward');
      const targets = targetTensors(bytes, batch, size, size);
      const loss = tape.record(() =>
        precision.forward(() => {
          const maps = model.call(normalizeImages(images, batch, size, size));
          return dbLoss(maps, targets).loss;
        }),
      );
      watcher?.onPhase('backward');
      precision.backward(tape, loss);
      watcher?.onPhase('update');
      precision.step(optimizer, { clip: CLIP, losses: [{ loss }] });
      optimizer.zeroGrad();
    });
}

/** Bytes of a linear congruential generator (Numerical Recipes' constants): the same pages in every run. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** Target maps with text-like bars: 1 inside, the threshold map 0.5 in a two pixels wider bar and 0.3 elsewhere. */
function bars(batch: number, size: number) {
  const plane = size * size;
  const probability = new Uint8Array(batch * plane);
  const probabilityMask = new Uint8Array(batch * plane).fill(1);
  const threshold = new Uint8Array(batch * plane).fill(Math.round(0.3 * 255));
  const thresholdMask = new Uint8Array(batch * plane);
  const height = Math.max(4, size >> 5);
  const width = Math.max(12, Math.floor(size / 5));
  const margin = 2;
  const paint = (map: Uint8Array, value: number, b: number, top: number, left: number, grow: number) => {
    for (let y = top - grow; y < top + height + grow; y++) {
      const row = b * plane + y * size;
      map.fill(value, row + left - grow, row + left + width + grow);
    }
  };
  for (let b = 0; b < batch; b++) {
    for (let bar = 0; bar < Math.max(4, Math.floor(size / 40)); bar++) {
      const top = 4 + ((bar * 3 * height + 5 * b) % (size - height - 8));
      const left = 4 + ((bar * 2 * width + 7 * b) % (size - width - 8));
      paint(probability, 1, b, top, left, 0);
      paint(threshold, Math.round(0.5 * 255), b, top, left, margin);
      paint(thresholdMask, 1, b, top, left, margin);
    }
  }
  return { probability, probabilityMask, threshold, thresholdMask };
}
