/** The differentiable binarisation head (arXiv:1911.08947, section 3.1 and 3.2). */
import { z } from 'zod';
import { Activate, BatchNorm2d, Conv2d, Module, Sequential, UpConv2d } from '../../nn/index.js';
import { differentiableStep, sigmoid, type Tensor } from '../../tensor/index.js';

/** What the head computes besides the probability map when it is trained; each `[N, H, W, 1]`. */
export interface TrainingMaps {
  /** The probability map before its sigmoid: cross-entropy is computed from here, where it cannot overflow. */
  readonly logits: Tensor;
  readonly threshold: Tensor;
  /** 1 / (1 + exp(−k (probability − threshold))) */
  readonly binary: Tensor;
}

export interface DbMaps {
  /** `[N, H, W, 1]`, 0 … 1 */
  readonly probability: Tensor;
  /** Undefined in evaluation, which needs none of it. */
  readonly training: TrainingMaps | undefined;
}

export const headSchema = z.strictObject({
  k: z
    .number()
    .positive()
    .max(10_000)
    .default(50)
    .describe('Steepness of the differentiable step (arXiv:1911.08947, equation 2).'),
});

/** `[N, H/4, W/4, inChannels]` → maps at full size. */
export class DbHead extends Module<Tensor, DbMaps> {
  readonly binarize: Module;
  readonly thresh: Module;
  readonly #k: number;

  /** `branch` makes the layers of a map: features → logits. */
  constructor(inChannels: number, k: number, branch: (inChannels: number) => Module = mhLiaoBranch) {
    super();
    this.#k = k;
    this.binarize = branch(inChannels);
    this.thresh = branch(inChannels);
  }

  override forward(features: Tensor): DbMaps {
    const logits = this.binarize.call(features);
    const probability = sigmoid(logits);
    if (!this.training) return { probability, training: undefined };
    const threshold = sigmoid(this.thresh.call(features));
    const binary = differentiableStep(probability, threshold, this.#k);
    return { probability, training: { logits, threshold, binary } };
  }
}

function mhLiaoBranch(inChannels: number): Module {
  const channels = inChannels / 4;
  return new Sequential(
    new Conv2d(inChannels, channels, { kernel: 3, bias: false }),
    new BatchNorm2d(channels),
    new Activate('relu'),
    new UpConv2d(channels, channels),
    new BatchNorm2d(channels),
    new Activate('relu'),
    new UpConv2d(channels, 1, { logits: true }),
  );
}
