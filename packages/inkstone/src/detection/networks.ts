/** The networks that `model.name` chooses among, the default first. A new one is a file and a line here. */
import type { Normalization } from 'inkstone-detect';
import type { z } from 'zod';
import { choiceSchema, createChoice } from '../config/index.js';
import { type Module, manualSeed } from '../nn/index.js';
import type { Tensor } from '../tensor/index.js';
import { dbnet } from './dbnet.js';
import type { DbMaps } from './heads/db.js';
import { ppOcrV4Det } from './pp_ocrv4/index.js';

/** Normalised images `[N, H, W, 3]`, sides multiples of 32 → maps `[N, H, W, 1]`. */
export interface DetectionNetwork extends Module<Tensor, DbMaps> {
  /** What its images are normalised with; a checkpoint's may be another than a fresh network's. */
  normalization: Normalization;
  /** How its exported files are laid out, where the tools of those who published it expect something of their own. */
  readonly published?: { readonly channels: 'bgr'; readonly outputName: string };
}

const NETWORKS = [dbnet, ppOcrV4Det] as const;

export const modelSchema = choiceSchema(NETWORKS);

export type ModelConfig = z.output<typeof modelSchema>;

/** A fresh network: the same weights for the same seed. */
export function createNetwork(config: ModelConfig, seed = 0): DetectionNetwork {
  manualSeed(seed);
  return createChoice<[], DetectionNetwork>(NETWORKS, config);
}

/** What people call it: the encoder of a DBNet, the name of any other network. */
export function networkTitle(config: ModelConfig): string {
  return config.name === 'dbnet' ? config.encoder.name : config.name;
}
