/**
 * PPLCNetV3 at three quarters of its width (PaddleOCR, `ppocr/modeling/backbones/rec_lcnetv3.py`), in its deployed form: no
 * residual connections, one batch norm behind the first convolution.
 */
import { BatchNorm2d, Conv2d, Module, ModuleList, Sequential } from '../../nn/index.js';
import type { Tensor } from '../../tensor/index.js';
import type { Encoder, Pyramid } from '../encoders/encoder.js';
import { RepLayer, SqueezeExcite } from './layers.js';

/** Convolution and batch norm without an activation (`ConvBNLayer`). */
class ConvNorm extends Module {
  readonly conv: Conv2d;
  readonly bn: BatchNorm2d;

  constructor(inChannels: number, outChannels: number, options: { kernel: number; stride: 1 | 2 }) {
    super();
    this.conv = new Conv2d(inChannels, outChannels, { ...options, bias: false });
    this.bn = new BatchNorm2d(outChannels);
  }

  override forward(x: Tensor): Tensor {
    return this.bn.after(this.conv, x);
  }
}

type Row = readonly [
  kernel: 3 | 5,
  inChannels: number,
  outChannels: number,
  stride: 1 | 2,
  squeeze?: 'squeeze',
];

/** Filters each channel on its own, then mixes them (`LCNetV3Block`). */
class Block extends Module {
  readonly dw_conv: RepLayer;
  readonly se: SqueezeExcite | undefined;
  readonly pw_conv: RepLayer;

  constructor([kernel, inChannels, outChannels, stride, squeeze]: Row) {
    super();
    this.dw_conv = new RepLayer(inChannels, inChannels, { kernel, stride, groups: inChannels });
    this.se = squeeze ? new SqueezeExcite(inChannels) : undefined;
    this.pw_conv = new RepLayer(inChannels, outChannels, { kernel: 1 });
  }

  override forward(x: Tensor): Tensor {
    const filtered = this.dw_conv.call(x);
    return this.pw_conv.call(this.se ? this.se.call(filtered) : filtered);
  }
}

const stage = (...rows: readonly Row[]): Sequential => new Sequential(...rows.map((row) => new Block(row)));

export class PpLcNetV3 extends Module<Tensor, Pyramid> implements Encoder {
  readonly channels = [12, 18, 42, 360] as const;
  readonly conv1 = new ConvNorm(3, 16, { kernel: 3, stride: 2 });
  readonly blocks2 = stage([3, 16, 32, 1]);
  readonly blocks3 = stage([3, 32, 48, 2], [3, 48, 48, 1]);
  readonly blocks4 = stage([3, 48, 96, 2], [3, 96, 96, 1]);
  readonly blocks5 = stage(
    [3, 96, 192, 2],
    [5, 192, 192, 1],
    [5, 192, 192, 1],
    [5, 192, 192, 1],
    [5, 192, 192, 1],
  );
  readonly blocks6 = stage(
    [5, 192, 384, 2, 'squeeze'],
    [5, 384, 384, 1, 'squeeze'],
    [5, 384, 384, 1],
    [5, 384, 384, 1],
  );
  /** Brings each stage's output to the pyramid's width. */
  readonly layer_list = new ModuleList([
    new Conv2d(48, 12, { kernel: 1 }),
    new Conv2d(96, 18, { kernel: 1 }),
    new Conv2d(192, 42, { kernel: 1 }),
    new Conv2d(384, 360, { kernel: 1 }),
  ]);

  override forward(images: Tensor): Pyramid {
    const taps: Tensor[] = [];
    let x = this.blocks2.call(this.conv1.call(images));
    for (const [level, blocks] of [this.blocks3, this.blocks4, this.blocks5, this.blocks6].entries()) {
      x = blocks.call(x);
      taps.push(this.layer_list.at(level).call(x));
    }
    return taps as unknown as Pyramid;
  }
}
