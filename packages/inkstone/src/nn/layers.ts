/** The layers, with PyTorch's parameter names, layouts and default initialisation. */
import {
  type Activation,
  activate,
  backend,
  batchNorm,
  conv2d,
  Parameter,
  persistent,
  storageTypes,
  Tensor,
  type TensorMoments,
  tidy,
  upConv2d,
  updateRunning,
} from '../tensor/index.js';
import { type AnyModule, Module } from './module.js';
import { defaultRandom } from './random.js';

/** What a convolution can be asked to gather for the batch norm behind it. */
interface ConvolutionRequest {
  readonly moments?: boolean;
}

/** A layer whose kernel can gather batch-norm statistics as it writes its output. */
interface Convolution {
  forward(x: Tensor, request?: ConvolutionRequest): Tensor;
}

export interface Conv2dLayerOptions {
  /** Side of the square kernel, odd. */
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: 1 | 2;
  /** Default (kernel − 1) / 2: the image keeps its size at stride 1. */
  readonly padding?: number;
  /** 1 (default) or inChannels = outChannels for a depthwise convolution. */
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
}

/** `[N, H, W, inChannels]` → `[N, H / stride, W / stride, outChannels]`. weight `[O, I / groups, k, k]`, bias `[O]`. */
export class Conv2d extends Module implements Convolution {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly #geometry: { readonly stride: 1 | 2; readonly padding: number; readonly groups: number };

  constructor(inChannels: number, outChannels: number, options: Conv2dLayerOptions) {
    super();
    const { kernel, stride = 1, padding = (kernel - 1) / 2, groups = 1, bias = true } = options;
    this.#geometry = { stride, padding, groups };
    this.weight = zeros([outChannels, inChannels / groups, kernel, kernel]);
    this.bias = bias ? zeros([outChannels]) : undefined;
    initializeConvolution(this.weight, this.bias);
  }

  override forward(x: Tensor, request: ConvolutionRequest = {}): Tensor {
    return conv2d(x, this.weight, this.bias, { ...this.#geometry, ...request });
  }
}

export interface UpConv2dOptions {
  /** The network's last layer: its output has the type that autocast gives to logits (float32). Default false. */
  readonly logits?: boolean;
}

/** PyTorch's `ConvTranspose2d(in, out, 2, 2)`: `[N, H, W, in]` → `[N, 2H, 2W, out]`. weight `[in, out, 2, 2]`. */
export class UpConv2d extends Module implements Convolution {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly #logits: boolean;

  constructor(inChannels: number, outChannels: number, { logits = false }: UpConv2dOptions = {}) {
    super();
    this.#logits = logits;
    this.weight = zeros([inChannels, outChannels, 2, 2]);
    this.bias = zeros([outChannels]);
    initializeConvolution(this.weight, this.bias);
  }

  override forward(x: Tensor, request: ConvolutionRequest = {}): Tensor {
    const outputType = this.#logits ? storageTypes().logits : x.dtype;
    return upConv2d(x, this.weight, this.bias, { outputType, ...request });
  }
}

/** Batch norm and, if wanted, the activation behind it. `[N, H, W, C]` → the same, lazy (see `batchNorm`). */
export class BatchNorm2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly running_mean: Tensor;
  readonly running_var: Tensor;
  readonly num_batches_tracked: Tensor;

  constructor(channels: number) {
    super();
    this.weight = new Parameter(new Float32Array(channels).fill(1), [channels]);
    this.bias = zeros([channels]);
    this.running_mean = persistent(() => Tensor.zeros([channels]));
    this.running_var = persistent(() => Tensor.from(new Float32Array(channels).fill(1), [channels]));
    this.num_batches_tracked = persistent(() => Tensor.zeros([]));
  }

  /** True: the running statistics are used and kept as they are, in training too (fine-tuning). */
  frozen = false;
  /** Where a training batch's statistics go instead of into the running ones; `takeIn` brings them there. */
  statistics: TensorMoments | undefined;

  override forward(x: Tensor, activation?: Activation): Tensor {
    const training = this.#usesBatch;
    const { statistics } = this;
    if (training && statistics === undefined) this.#count();
    return batchNorm(x, this.weight, this.bias, this.#running, { training, activation, statistics });
  }

  /** Takes a batch's statistics into the running ones. */
  takeIn(statistics: TensorMoments): void {
    this.#count();
    updateRunning(this.#running, statistics);
  }

  #count(): void {
    const { storage } = this.num_batches_tracked;
    backend().cast(storage, storage, 1, 1);
  }

  get #running(): TensorMoments {
    return { mean: this.running_mean, variance: this.running_var };
  }

  get #usesBatch(): boolean {
    return this.training && !this.frozen;
  }

  /** Normalises `convolution`'s output; in training its kernel gathers the statistics, which saves a pass. */
  after(convolution: Convolution, x: Tensor, activation?: Activation): Tensor {
    return tidy(() => this.forward(convolution.forward(x, { moments: this.#usesBatch }), activation));
  }
}

/** Makes every batch norm of the network keep its running statistics. */
export function freezeNorms(module: AnyModule): void {
  for (const norm of normsOf(module)) norm.frozen = true;
}

/** Every batch norm of a network, in the order of its parameters. */
export function normsOf(module: AnyModule): BatchNorm2d[] {
  if (module instanceof BatchNorm2d) return [module];
  return module.namedChildren().flatMap(([, child]) => normsOf(child));
}

/** An activation as a layer, so that a `Sequential` numbers its parts as PyTorch does. */
export class Activate extends Module {
  readonly kind: Activation;

  constructor(kind: Activation) {
    super();
    this.kind = kind;
  }

  override forward(x: Tensor): Tensor {
    return activate(x, this.kind);
  }
}

/** PyTorch's default: uniform within ±1/√fan_in, weight and bias alike. */
function initializeConvolution(weight: Parameter, bias: Parameter | undefined): void {
  const fanIn = weight.length / weight.shape[0]!;
  // The weight's bound as PyTorch rounds it, by way of kaiming_uniform_ with the slope √5.
  uniform(weight, Math.sqrt(6 / ((1 + Math.sqrt(5) ** 2) * fanIn)));
  if (bias) uniform(bias, 1 / Math.sqrt(fanIn));
}

function uniform(parameter: Parameter, bound: number): void {
  const random = defaultRandom();
  parameter.write(Float32Array.from({ length: parameter.length }, () => random.uniform(-bound, bound)));
}

function zeros(shape: readonly number[]): Parameter {
  return new Parameter(new Float32Array(shape.reduce((product, size) => product * size, 1)), shape);
}
