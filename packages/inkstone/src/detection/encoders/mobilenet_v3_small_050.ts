/**
 * MobileNetV3-Small (arXiv:1905.02244) at half width, channels rounded to multiples of 8, without its classifier.
 * Stages end where the stride grows, so that their outputs are the pyramid.
 */
import { z } from 'zod';
import { Activate, BatchNorm2d, Conv2d, Module, Sequential } from '../../nn/index.js';
import {
  type Activation,
  add,
  globalAveragePool,
  hardSigmoid,
  multiplyChannels,
  relu,
  type Tensor,
} from '../../tensor/index.js';
import type { Encoder, EncoderRecord, Pyramid } from './encoder.js';

interface ConvolutionBlock {
  readonly kernel: number;
  readonly stride?: 1 | 2;
  readonly groups?: number;
  readonly activation?: Activation;
}

/** Convolution, batch norm and, if wanted, an activation. */
function convolutionBlock(
  inChannels: number,
  outChannels: number,
  { kernel, stride = 1, groups = 1, activation }: ConvolutionBlock,
): Sequential {
  const convolution = new Conv2d(inChannels, outChannels, { kernel, stride, groups, bias: false });
  const norm = new BatchNorm2d(outChannels);
  return activation
    ? new Sequential(convolution, norm, new Activate(activation))
    : new Sequential(convolution, norm);
}

/** Weighs each channel by what the whole image holds of it. `[N, H, W, C]` → the same. */
class SqueezeExcite extends Module {
  readonly fc1: Conv2d;
  readonly fc2: Conv2d;

  constructor(channels: number, squeezed: number) {
    super();
    this.fc1 = new Conv2d(channels, squeezed, { kernel: 1 });
    this.fc2 = new Conv2d(squeezed, channels, { kernel: 1 });
  }

  override forward(x: Tensor): Tensor {
    const squeezed = relu(this.fc1.forward(globalAveragePool(x)));
    return multiplyChannels(x, hardSigmoid(this.fc2.forward(squeezed)));
  }
}

/** A block as the paper's table 2 lists it. */
type Row = readonly [
  kernel: 3 | 5,
  expanded: number,
  outChannels: number,
  squeeze: boolean,
  activation: Activation,
  stride: 1 | 2,
];

/** Squeeze-and-excite keeps about a quarter of the channels, in multiples of 8 and at least 8. */
const SQUEEZE_FACTOR = 4;
const CHANNEL_MULTIPLE = 8;

/** Widen, filter each channel on its own, weigh the channels, narrow; added to the input where the shapes allow. */
class InvertedResidual extends Module {
  readonly block: Sequential;
  readonly #residual: boolean;

  constructor(inChannels: number, [kernel, expanded, outChannels, squeeze, activation, stride]: Row) {
    super();
    const squeezed = Math.ceil(Math.floor(expanded / SQUEEZE_FACTOR) / CHANNEL_MULTIPLE) * CHANNEL_MULTIPLE;
    this.block = new Sequential(
      ...(expanded === inChannels ? [] : [convolutionBlock(inChannels, expanded, { kernel: 1, activation })]),
      convolutionBlock(expanded, expanded, { kernel, stride, groups: expanded, activation }),
      ...(squeeze ? [new SqueezeExcite(expanded, Math.max(CHANNEL_MULTIPLE, squeezed))] : []),
      convolutionBlock(expanded, outChannels, { kernel: 1 }),
    );
    this.#residual = stride === 1 && inChannels === outChannels;
  }

  override forward(x: Tensor): Tensor {
    const y = this.block.call(x);
    return this.#residual ? add(x, y) : y;
  }
}

function stage(inChannels: number, ...rows: readonly Row[]): Sequential {
  return new Sequential(
    ...rows.map((row, i) => new InvertedResidual(i === 0 ? inChannels : rows[i - 1]![2], row)),
  );
}

export class MobileNetV3Small050 extends Module<Tensor, Pyramid> implements Encoder {
  readonly channels = [8, 16, 24, 48] as const;
  readonly stem = convolutionBlock(3, 8, { kernel: 3, stride: 2, activation: 'hard_swish' });
  readonly stage1 = stage(8, [3, 8, 8, true, 'relu', 2]);
  readonly stage2 = stage(8, [3, 40, 16, false, 'relu', 2], [3, 48, 16, false, 'relu', 1]);
  readonly stage3 = stage(
    16,
    [5, 48, 24, true, 'hard_swish', 2],
    [5, 120, 24, true, 'hard_swish', 1],
    [5, 120, 24, true, 'hard_swish', 1],
    [5, 64, 24, true, 'hard_swish', 1],
  );
  readonly stage4 = stage(
    24,
    [5, 144, 48, true, 'hard_swish', 2],
    [5, 288, 48, true, 'hard_swish', 1],
    [5, 288, 48, true, 'hard_swish', 1],
  );

  override forward(images: Tensor): Pyramid {
    const first = this.stage1.call(this.stem.call(images));
    const second = this.stage2.call(first);
    const third = this.stage3.call(second);
    return [first, second, third, this.stage4.call(third)];
  }
}

export const mobileNetV3Small050 = {
  name: 'mobilenet_v3_small_050',
  schema: z.object({}),
  innerChannels: 64,
  create: () => new MobileNetV3Small050(),
} as const satisfies EncoderRecord;
