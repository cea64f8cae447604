/** RSEFPN (PaddleOCR, `ppocr/modeling/necks/db_fpn.py`): a feature pyramid with residual squeeze-and-excite, no norms. */
import { Conv2d, Module, ModuleList } from '../../nn/index.js';
import { addUpsampled, concatUpsampled, linear, multiplyChannels, type Tensor } from '../../tensor/index.js';
import type { Pyramid } from '../encoders/encoder.js';
import { NECK_SLOPE, SqueezeExcite } from './layers.js';

/** in_conv(x) · (1 + squeeze-and-excite of it) (`RSELayer`). */
class ResidualSqueeze extends Module {
  readonly in_conv: Conv2d;
  readonly se_block: SqueezeExcite;

  constructor(inChannels: number, outChannels: number, kernel: number) {
    super();
    this.in_conv = new Conv2d(inChannels, outChannels, { kernel, bias: false });
    this.se_block = new SqueezeExcite(outChannels, NECK_SLOPE);
  }

  override forward(x: Tensor): Tensor {
    const y = this.in_conv.forward(x);
    return multiplyChannels(y, linear(this.se_block.weights(y), 1, 1));
  }
}

/** Levels side by side at stride 4, coarsest first: `[N, H/4, W/4, outChannels]`. */
export class RseFpn extends Module<Pyramid, Tensor> {
  readonly outChannels = 96;
  readonly ins_conv: ModuleList<ResidualSqueeze>;
  readonly inp_conv: ModuleList<ResidualSqueeze>;

  constructor(inChannels: readonly number[]) {
    super();
    const share = this.outChannels / inChannels.length;
    this.ins_conv = new ModuleList(
      inChannels.map((channels) => new ResidualSqueeze(channels, this.outChannels, 1)),
    );
    this.inp_conv = new ModuleList(inChannels.map(() => new ResidualSqueeze(this.outChannels, share, 3)));
  }

  override forward(pyramid: Pyramid): Tensor {
    const levels: Tensor[] = [];
    for (let level = pyramid.length - 1; level >= 0; level--) {
      const own = this.ins_conv.at(level).call(pyramid[level]);
      const coarser = levels[level + 1];
      levels[level] = coarser ? addUpsampled(own, coarser) : own;
    }
    const smoothed = levels.map((x, level) => [this.inp_conv.at(level).call(x), level] as const);
    return concatUpsampled(smoothed.reverse());
  }
}
