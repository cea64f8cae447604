import { BatchNorm2d, Conv2d, Module, UpConv2d } from '../../nn/index.js';
import type { Tensor } from '../../tensor/index.js';

const SHRINKING = 4;

/** One branch of PaddleOCR's DB head (`det_db_head.py`): `[N, H/4, W/4, C]` → logits `[N, H, W, 1]`. */
export class PaddleBranch extends Module {
  readonly conv1: Conv2d;
  readonly conv_bn1: BatchNorm2d;
  readonly conv2: UpConv2d;
  readonly conv_bn2: BatchNorm2d;
  readonly conv3: UpConv2d;

  constructor(inChannels: number) {
    super();
    const channels = inChannels / SHRINKING;
    this.conv1 = new Conv2d(inChannels, channels, { kernel: 3, bias: false });
    this.conv_bn1 = new BatchNorm2d(channels);
    this.conv2 = new UpConv2d(channels, channels);
    this.conv_bn2 = new BatchNorm2d(channels);
    this.conv3 = new UpConv2d(channels, 1, { logits: true });
  }

  override forward(features: Tensor): Tensor {
    const first = this.conv_bn1.after(this.conv1, features, 'relu');
    return this.conv3.forward(this.conv_bn2.after(this.conv2, first, 'relu'));
  }
}
