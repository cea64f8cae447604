/** ResNet-18 (arXiv:1512.03385) without its classifier, with torchvision's parameter names. */
import { z } from 'zod';
import { BatchNorm2d, Conv2d, Module, Sequential } from '../../nn/index.js';
import { add, maxPool3x3, type Tensor } from '../../tensor/index.js';
import type { Encoder, EncoderRecord, Pyramid } from './encoder.js';

/** Two 3×3 convolutions and a way round them. `[N, H, W, inChannels]` → `[N, H/stride, W/stride, outChannels]`. */
class BasicBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Sequential | undefined;

  constructor(inChannels: number, outChannels: number, stride: 1 | 2) {
    super();
    this.conv1 = new Conv2d(inChannels, outChannels, { kernel: 3, stride, bias: false });
    this.bn1 = new BatchNorm2d(outChannels);
    this.conv2 = new Conv2d(outChannels, outChannels, { kernel: 3, bias: false });
    this.bn2 = new BatchNorm2d(outChannels);
    this.downsample =
      stride === 1 && inChannels === outChannels
        ? undefined
        : new Sequential(
            new Conv2d(inChannels, outChannels, { kernel: 1, stride, bias: false }),
            new BatchNorm2d(outChannels),
          );
  }

  override forward(x: Tensor): Tensor {
    const hidden = this.bn1.after(this.conv1, x, 'relu');
    const y = this.bn2.after(this.conv2, hidden);
    return add(y, this.downsample?.call(x) ?? x, 'relu');
  }
}

export class ResNet18 extends Module<Tensor, Pyramid> implements Encoder {
  readonly channels = [64, 128, 256, 512] as const;
  readonly conv1 = new Conv2d(3, 64, { kernel: 7, stride: 2, bias: false });
  readonly bn1 = new BatchNorm2d(64);
  readonly layer1 = new Sequential(new BasicBlock(64, 64, 1), new BasicBlock(64, 64, 1));
  readonly layer2 = new Sequential(new BasicBlock(64, 128, 2), new BasicBlock(128, 128, 1));
  readonly layer3 = new Sequential(new BasicBlock(128, 256, 2), new BasicBlock(256, 256, 1));
  readonly layer4 = new Sequential(new BasicBlock(256, 512, 2), new BasicBlock(512, 512, 1));

  override forward(images: Tensor): Pyramid {
    const stem = maxPool3x3(this.bn1.after(this.conv1, images, 'relu'));
    const first = this.layer1.call(stem);
    const second = this.layer2.call(first);
    const third = this.layer3.call(second);
    return [first, second, third, this.layer4.call(third)];
  }
}

export const resNet18 = {
  name: 'resnet18',
  schema: z.object({}),
  innerChannels: 256,
  create: () => new ResNet18(),
} as const satisfies EncoderRecord;
