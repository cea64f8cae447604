/**
 * One training step whose weights, input and targets come from hashed integers, so that PyTorch and this engine start
 * from the same numbers without a weight file. The JSON files beside this one hold what PyTorch 1.13 computed in float64.
 */
import { DBNet, type DbMaps, dbLoss, type EncoderName } from '../../src/detection/index.js';
import { createPrecision } from '../../src/amp/index.js';
import { Adam, UpConv2d } from '../../src/nn/index.js';
import type { AnyModule } from '../../src/nn/index.js';
import { type Parameter, Tape, Tensor } from '../../src/tensor/index.js';

/** Eight samples of a tensor in PyTorch's element order, its norm and its sum. */
export interface Digest {
  readonly shape: readonly number[];
  readonly norm: number;
  readonly sum: number;
  readonly at: readonly number[];
  readonly samples: readonly number[];
}

export interface Golden {
  readonly batch: number;
  readonly size: number;
  readonly clip_norm: number;
  readonly loss: number;
  readonly loss_terms: { readonly prob: number; readonly thresh: number; readonly binary: number };
  readonly grad_norm_before_clip: number;
  readonly inputs: { readonly input: Digest };
  readonly pred: Readonly<Record<'prob_logits' | 'prob' | 'thresh' | 'binary', Digest>>;
  readonly grad_before_clip: Readonly<Record<string, Digest>>;
  readonly grad_after_clip: Readonly<Record<string, Digest>>;
  readonly state_after_step: Readonly<Record<string, Digest>>;
}

export type Values = Float32Array | Float64Array;

export interface StepResult {
  readonly input: Values;
  readonly maps: Readonly<Record<'prob_logits' | 'prob' | 'thresh' | 'binary', Values>>;
  readonly loss: number;
  readonly terms: Golden['loss_terms'];
  readonly gradientNorm: number;
  readonly gradients: ReadonlyMap<string, Values>;
  readonly gradientsAfterClip: ReadonlyMap<string, Values>;
  readonly before: ReadonlyMap<string, Values>;
  readonly after: ReadonlyMap<string, Values>;
}

const INPUT_SEED = 9001;
const SEED_STRIDE = 1_000_003;
export const LEARNING_RATE = 1e-3;

/** n values in [−1, 1): murmur3's finalizer of i + seed · 1000003, over 2³¹, minus 1. */
export function hashed(n: number, seed: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let h = (i + seed * SEED_STRIDE) >>> 0;
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    return (h >>> 0) / 2 ** 31 - 1;
  });
}

/** Forward, loss, backward, clip, Adam, on the backend in use. */
export function goldenStep(encoder: EncoderName, golden: Golden): StepResult {
  const { batch, size } = golden;
  const model = new DBNet({ encoder: { name: encoder } });
  hashWeights(model);
  const parameters = model.parameters();
  const before = snapshot(model);
  const planes = hashed(batch * 3 * size * size, INPUT_SEED);
  const images = Tensor.from(interleave(planes, batch, 3, size * size), [batch, size, size, 3]);
  const targets = bars(batch, size);

  const tape = new Tape();
  const { predictions, terms } = tape.record(() => {
    const maps = model.call(images);
    return { predictions: readMaps(maps), terms: dbLoss(maps, targets) };
  });
  const loss = terms.loss.item();
  const parts = {
    prob: terms.probability.item(),
    thresh: terms.threshold.item(),
    binary: terms.binary.item(),
  };
  tape.backward(terms.loss);
  const gradients = readGradients(parameters);
  const optimizer = new Adam(parameters, { lr: LEARNING_RATE });
  const { gradientNorm } = createPrecision('32-true').step(optimizer, {
    clip: { algorithm: 'norm', value: golden.clip_norm },
  });
  const gradientsAfterClip = readGradients(parameters);
  const after = snapshot(model);
  optimizer.dispose();
  model.dispose();
  return {
    input: planes,
    maps: predictions,
    loss,
    terms: parts,
    gradientNorm,
    gradients,
    gradientsAfterClip,
    before,
    after,
  };
}

/**
 * The k-th tensor of the state dict, counting every one: convolutions hashed · √(6 / fan-in), batch-norm weights
 * 1 + 0.1 · hashed, biases 0.1 · hashed; running statistics keep their start.
 */
function hashWeights(model: DBNet): void {
  const transposed = new Set(transposedWeights(model, ''));
  for (const [k, [name, tensor]] of model.namedTensors().entries()) {
    if (/running_|num_batches/.test(name)) continue;
    const values = hashed(tensor.length, k);
    if (tensor.shape.length === 4) {
      const fanIn = tensor.length / tensor.shape[transposed.has(name) ? 1 : 0];
      tensor.write(values.map((u) => u * Math.sqrt(6 / fanIn)));
    } else {
      tensor.write(values.map((u) => (name.endsWith('weight') ? 1 + 0.1 * u : 0.1 * u)));
    }
  }
}

function transposedWeights(module: AnyModule, prefix: string): string[] {
  return module
    .namedChildren()
    .flatMap(([name, child]) =>
      child instanceof UpConv2d ? [`${prefix}${name}.weight`] : transposedWeights(child, `${prefix}${name}.`),
    );
}

/** Text-like bars: probability and, in a 2-pixel-wider bar, threshold 0.5 and its mask; 0.3 and 0 elsewhere. */
export function bars(batch: number, size: number) {
  const shape = [batch, size, size, 1];
  const probability = new Float64Array(batch * size * size);
  const threshold = new Float64Array(batch * size * size).fill(0.3);
  const thresholdMask = new Float64Array(batch * size * size);
  const height = Math.max(4, Math.floor(size / 32));
  const width = Math.max(12, Math.floor(size / 5));
  for (let b = 0; b < batch; b++) {
    for (let r = 0; r < Math.max(4, Math.floor(size / 40)); r++) {
      const top = 4 + ((r * 3 * height + 5 * b) % (size - height - 8));
      const left = 4 + ((r * 2 * width + 7 * b) % (size - width - 8));
      for (let y = top - 2; y < top + height + 2; y++) {
        const row = (b * size + y) * size;
        threshold.fill(0.5, row + left - 2, row + left + width + 2);
        thresholdMask.fill(1, row + left - 2, row + left + width + 2);
        if (y >= top && y < top + height) probability.fill(1, row + left, row + left + width);
      }
    }
  }
  return {
    probability: Tensor.from(probability, shape),
    probabilityMask: Tensor.from(new Float64Array(probability.length).fill(1), shape),
    threshold: Tensor.from(threshold, shape),
    thresholdMask: Tensor.from(thresholdMask, shape),
  };
}

/** `[N, C, P]` → `[N, P, C]`. */
export function interleave(planes: Float64Array, batch: number, channels: number, pixels: number): Float64Array {
  const out = new Float64Array(planes.length);
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) {
        out[(n * pixels + p) * channels + c] = planes[(n * channels + c) * pixels + p];
      }
    }
  }
  return out;
}

export function readMaps({ probability, training }: DbMaps): StepResult['maps'] {
  if (!training) throw new Error('the model is in evaluation mode');
  return {
    prob_logits: training.logits.read(),
    prob: probability.read(),
    thresh: training.threshold.read(),
    binary: training.binary.read(),
  };
}

function readGradients(parameters: readonly Parameter[]): Map<string, Values> {
  return new Map(parameters.map((p) => [p.name, p.grad?.read() ?? new Float64Array(p.length)]));
}

function snapshot(model: DBNet): Map<string, Values> {
  return new Map(
    model
      .namedTensors()
      .filter(([name]) => !name.includes('num_batches'))
      .map(([name, tensor]) => [name, tensor.read()]),
  );
}

export function normOf(values: Values): number {
  let sum = 0;
  for (const v of values) sum += v * v;
  return Math.sqrt(sum);
}
