/**
 * DBNet (arXiv:1911.08947): an encoder, a decoder and a head, each chosen by name. Parameters are named and ordered as in
 * MhLiao/DB's and torchvision's PyTorch modules, so weights move between the two without a mapping table.
 *
 * Fresh convolutions start as PyTorch's do (uniform within ±1/√fan_in).
 */
import { IMAGENET, type Normalization } from 'inkstone-detect';
import { Module } from '../nn/index.js';
import { noGrad, normalizeImage, Tensor } from '../tensor/index.js';
import { Fpn } from './decoders/fpn.js';
import type { Encoder } from './encoders/encoder.js';
import { MobileNetV3Small050 } from './encoders/mobilenet_v3_small_050.js';
import { ResNet18 } from './encoders/resnet18.js';
import { DbHead, type DbMaps, DEFAULT_K } from './heads/db.js';

/** Each with the width of the pyramid that it is published with. */
const ENCODERS = {
  resnet18: { create: (): Encoder => new ResNet18(), innerChannels: 256 },
  mobilenet_v3_small_050: { create: (): Encoder => new MobileNetV3Small050(), innerChannels: 64 },
};

const DECODERS = {
  fpn: (channels: readonly number[], innerChannels: number) => new Fpn(channels, innerChannels),
};

const HEADS = {
  db: (inChannels: number, k: number) => new DbHead(inChannels, k),
};

export type EncoderName = keyof typeof ENCODERS;
export type DecoderName = keyof typeof DECODERS;
export type HeadName = keyof typeof HEADS;

/** A network as configuration describes it (`model.encoder.name`, …). */
export interface DbnetOptions {
  readonly encoder: { readonly name: EncoderName };
  /** `inner_channels`: a multiple of 4; null for the encoder's own, 256 with resnet18 and 64 with the mobile one. */
  readonly decoder: { readonly name: DecoderName; readonly inner_channels?: number | null };
  /** `k`: steepness of the differentiable step, 50 in the paper. */
  readonly head: { readonly name: HeadName; readonly k?: number };
  /** What its images are normalised with; ImageNet's when it is left out. */
  readonly normalization?: Normalization;
}

/** Normalised images `[N, H, W, 3]` (see `normalizeImages`), sides multiples of 32 → maps `[N, H, W, 1]`. */
export class DBNet extends Module<Tensor, DbMaps> {
  readonly encoder: Encoder;
  readonly decoder: Fpn;
  readonly head: DbHead;
  readonly normalization: Normalization;

  constructor({ encoder, decoder, head, normalization = IMAGENET }: DbnetOptions) {
    super();
    this.normalization = normalization;
    const { create, innerChannels } = ENCODERS[encoder.name];
    this.encoder = create();
    this.decoder = DECODERS[decoder.name](this.encoder.channels, decoder.inner_channels ?? innerChannels);
    this.head = HEADS[head.name](this.decoder.outChannels, head.k ?? DEFAULT_K);
  }

  override forward(images: Tensor): DbMaps {
    return this.head.call(this.decoder.call(this.encoder.call(images)));
  }
}

/** RGB bytes as a loader gives them, `[N, H, W, 3]`, to the network's input in the storage type in force. */
export function normalizeImages(
  images: Uint8Array,
  batch: number,
  height: number,
  width: number,
  { mean, std }: Normalization = IMAGENET,
): Tensor {
  return noGrad(() => {
    const bytes = Tensor.from(images, [batch, height, width, 3], 'uint8');
    const normalized = normalizeImage(bytes, mean, std);
    bytes.dispose();
    return normalized;
  });
}
