/** DB's feature pyramid (arXiv:1911.08947, figure 3; arXiv:1612.03144). */
import { Conv2d, Module, ModuleList } from '../../nn/index.js';
import { addUpsampled, concatUpsampled, type Tensor } from '../../tensor/index.js';
import type { Pyramid } from '../encoders/encoder.js';

/**
 * Brings the pyramid's levels to one width, adds each to the finer one below it, and lays the smoothed levels side by
 * side at stride 4, coarsest first: `[N, H/4, W/4, innerChannels]`.
 */
export class Fpn extends Module<Pyramid, Tensor> {
  readonly outChannels: number;
  readonly lateral: ModuleList<Conv2d>;
  readonly smooth: ModuleList<Conv2d>;

  constructor(inChannels: readonly number[], innerChannels: number) {
    super();
    this.outChannels = innerChannels;
    const share = innerChannels / inChannels.length;
    this.lateral = new ModuleList(
      inChannels.map((channels) => new Conv2d(channels, innerChannels, { kernel: 1, bias: false })),
    );
    this.smooth = new ModuleList(
      inChannels.map(() => new Conv2d(innerChannels, share, { kernel: 3, bias: false })),
    );
  }

  override forward(pyramid: Pyramid): Tensor {
    const levels: Tensor[] = [];
    for (let level = pyramid.length - 1; level >= 0; level--) {
      const lateral = this.lateral.at(level).call(pyramid[level]);
      const coarser = levels[level + 1];
      levels[level] = coarser ? addUpsampled(lateral, coarser) : lateral;
    }
    const smoothed = levels.map((x, level) => [this.smooth.at(level).call(x), level] as const);
    return concatUpsampled(smoothed.reverse());
  }
}
