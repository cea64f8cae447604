import type { Choice } from '../../config/index.js';
import type { Module } from '../../nn/index.js';
import type { Tensor } from '../../tensor/index.js';

/** Features at strides 4, 8, 16 and 32: `[N, H/4, W/4, channels[0]]` … `[N, H/32, W/32, channels[3]]`. */
export type Pyramid = readonly [Tensor, Tensor, Tensor, Tensor];

/** Turns normalised images `[N, H, W, 3]`, sides multiples of 32, into features at four strides. */
export interface Encoder extends Module<Tensor, Pyramid> {
  readonly channels: readonly [number, number, number, number];
}

/** How an encoder is chosen and made. */
export interface EncoderRecord extends Choice<[], Encoder> {
  /** Channels of the feature pyramid that it is published with. */
  readonly innerChannels: number;
}
