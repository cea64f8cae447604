/** The building blocks of PP-OCRv4's mobile detector, under PaddleOCR's parameter names. */
import { Conv2d, Module } from '../../nn/index.js';
import {
  type Activation,
  globalAveragePool,
  hardSigmoid,
  linear,
  multiplyChannels,
  Parameter,
  relu,
  scalarAffine,
  type Tensor,
} from '../../tensor/index.js';

/** One learnable scale and one bias for a whole tensor (`LearnableAffineBlock`). */
export class LearnableAffine extends Module {
  readonly scale = new Parameter([1], [1]);
  readonly bias = new Parameter([0], [1]);

  /** activation(scale · x + bias) */
  override forward(x: Tensor, activation: Activation = 'identity'): Tensor {
    return scalarAffine(x, this.scale, this.bias, activation);
  }
}

/** Holds the affine behind an activation, so that its parameters are called `act.lab.*`. */
class AffineAct extends Module {
  readonly lab = new LearnableAffine();

  override forward(x: Tensor): Tensor {
    return this.lab.forward(x);
  }
}

export interface RepLayerOptions {
  readonly kernel: number;
  readonly stride?: 1 | 2;
  readonly groups?: number;
}

/**
 * `LearnableRepLayer` as it is deployed, its branches summed into one convolution: convolution, affine and, unless the
 * stride is 2, hard-swish and a second affine.
 */
export class RepLayer extends Module {
  readonly reparam_conv: Conv2d;
  readonly lab = new LearnableAffine();
  readonly act: AffineAct | undefined;

  constructor(inChannels: number, outChannels: number, options: RepLayerOptions) {
    super();
    this.reparam_conv = new Conv2d(inChannels, outChannels, options);
    this.act = options.stride === 2 ? undefined : new AffineAct();
  }

  override forward(x: Tensor): Tensor {
    const y = this.reparam_conv.forward(x);
    return this.act ? this.act.forward(this.lab.forward(y, 'hard_swish')) : this.lab.forward(y);
  }
}

/** Hard-sigmoid is max(0, min(1, slope · x + 1/2)): the backbone's slope is 1/6, the neck's 0.2. */
const HARD_SIGMOID_SLOPE = 1 / 6;
export const NECK_SLOPE = 0.2;
const SQUEEZE = 4;

/** Weighs each channel by what the whole image holds of it (`SELayer`, `SEModule`). `[N, H, W, C]` → the same. */
export class SqueezeExcite extends Module {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly #slope: number;

  constructor(channels: number, slope = HARD_SIGMOID_SLOPE) {
    super();
    this.conv1 = new Conv2d(channels, channels / SQUEEZE, { kernel: 1 });
    this.conv2 = new Conv2d(channels / SQUEEZE, channels, { kernel: 1 });
    this.#slope = slope;
  }

  /** Factors `[N, 1, 1, C]`, 0 … 1. */
  weights(x: Tensor): Tensor {
    const excited = this.conv2.forward(relu(this.conv1.forward(globalAveragePool(x))));
    return hardSigmoid(linear(excited, this.#slope / HARD_SIGMOID_SLOPE));
  }

  override forward(x: Tensor): Tensor {
    return multiplyChannels(x, this.weights(x));
  }
}
