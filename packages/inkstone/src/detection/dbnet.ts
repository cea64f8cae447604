/**
 * DBNet (arXiv:1911.08947): an encoder, chosen by name, a decoder and a head. Parameters are named and ordered as in
 * MhLiao/DB's and torchvision's PyTorch modules, so weights move between the two without a mapping table.
 *
 * Fresh convolutions start as PyTorch's do (uniform within ±1/√fan_in).
 */
import { IMAGENET, type Normalization } from 'inkstone-detect';
import { z } from 'zod';
import { Module } from '../nn/index.js';
import { noGrad, normalizeImage, Tensor } from '../tensor/index.js';
import { type NetworkOptions, networkSchema, networkShape } from './dbnet-options.js';
import { Fpn } from './decoders/fpn.js';
import type { Encoder } from './encoders/encoder.js';
import { ENCODERS } from './encoders/index.js';
import { DbHead, type DbMaps } from './heads/db.js';
import { taskShape } from './options.js';

/** A network as configuration describes it (`model.encoder.name`, …); what is left out has its default. */
export type DbnetOptions = NetworkOptions;

/** Normalised images `[N, H, W, 3]` (see `normalizeImages`), sides multiples of 32 → maps `[N, H, W, 1]`. */
export class DBNet extends Module<Tensor, DbMaps> {
  readonly encoder: Encoder;
  readonly decoder: Fpn;
  readonly head: DbHead;
  normalization: Normalization = IMAGENET;

  constructor(options: DbnetOptions = {}) {
    super();
    const { encoder, decoder, head } = networkSchema.parse(options);
    const { innerChannels, create } = ENCODERS.find(({ name }) => name === encoder.name)!;
    this.encoder = create();
    this.decoder = new Fpn(this.encoder.channels, decoder.inner_channels ?? innerChannels);
    this.head = new DbHead(this.decoder.outChannels, head.k);
  }

  override forward(images: Tensor): DbMaps {
    return this.head.call(this.decoder.call(this.encoder.call(images)));
  }
}

export const dbnet = {
  name: 'dbnet',
  schema: z.object({ ...networkShape, ...taskShape }),
  create: ({ encoder, decoder, head }: z.output<typeof networkSchema>) =>
    new DBNet({ encoder, decoder, head }),
} as const;

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
