/**
 * PP-OCRv4's mobile text detector (PaddleOCR, Apache-2.0): PPLCNetV3, RSEFPN and a DB head, under PaddleOCR's parameter names. In
 * its deployed form: re-parameterised convolutions without batch norms, but for three of them.
 */
import type { Normalization } from 'inkstone-detect';
import { z } from 'zod';
import { freezeNorms, Module } from '../../nn/index.js';
import type { Tensor } from '../../tensor/index.js';
import { DbHead, type DbMaps, headSchema } from '../heads/db.js';
import { taskShape } from '../options.js';
import { PpLcNetV3 } from './backbone.js';
import { PaddleBranch } from './head.js';
import { RseFpn } from './neck.js';

/** PaddleOCR applies ImageNet's numbers for red, green, blue to blue, green, red: here in the order of our planes. */
const NORMALIZATION: Normalization = { mean: [0.406, 0.456, 0.485], std: [0.225, 0.224, 0.229] };

/** Normalised images `[N, H, W, 3]`, sides multiples of 32 → maps `[N, H, W, 1]`. */
export class PpOcrV4Det extends Module<Tensor, DbMaps> {
  normalization = NORMALIZATION;
  /** As in PaddleOCR's own ONNX file. */
  readonly published = { channels: 'bgr', outputName: 'sigmoid_0.tmp_0' } as const;
  readonly backbone = new PpLcNetV3();
  readonly neck = new RseFpn(this.backbone.channels);
  readonly head: DbHead;

  constructor(k = 50) {
    super();
    this.head = new DbHead(this.neck.outChannels, k, (channels) => new PaddleBranch(channels));
  }

  override forward(images: Tensor): DbMaps {
    return this.head.call(this.neck.call(this.backbone.call(images)));
  }
}

const schema = z.object({
  freeze_norms: z
    .boolean()
    .default(true)
    .describe('Keep the running statistics of its three batch norms as they were published.'),
  head: headSchema.prefault({}).describe('Turns features into maps.'),
  ...taskShape,
});

export const ppOcrV4Det = {
  name: 'pp_ocrv4_det',
  schema,
  create: ({ head, freeze_norms }: z.output<typeof schema>) => {
    const network = new PpOcrV4Det(head.k);
    if (freeze_norms) freezeNorms(network);
    return network;
  },
} as const;
