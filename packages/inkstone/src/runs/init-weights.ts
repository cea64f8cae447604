/** `init_from`: what training starts from instead of fresh weights. */
import type { Normalization } from 'inkstone-detect';
import type { DetectionNetwork } from '../detection/index.js';
import { CheckpointError, StateDictError } from '../nn/index.js';
import { normalizationIn } from './load-model.js';
import { readWeights } from './weights.js';

/**
 * Gives the network the weights of `source` (`readWeights`), and what they expect of their images.
 *
 * @throws CheckpointError when they belong to another network, or are not there
 */
export function initializeFrom(network: DetectionNetwork, source: string, say: (line: string) => void): void {
  const weights = readWeights(source);
  try {
    network.loadStateDict(weights.tensors);
  } catch (error) {
    if (!(error instanceof StateDictError)) throw error;
    throw new CheckpointError(weights.file, `init_from: ${error.message}`);
  }
  adoptNormalization(network, normalizationIn(weights, weights.file), weights.file, say);
}

/** Weights find nothing on images that are normalised in another way than those they were trained on. */
function adoptNormalization(
  network: DetectionNetwork,
  theirs: Normalization | undefined,
  file: string,
  say: (line: string) => void,
): void {
  if (theirs === undefined || JSON.stringify(theirs) === JSON.stringify(network.normalization)) return;
  network.normalization = theirs;
  const { mean, std } = theirs;
  say(`[INFO] images are normalised as ${file} has it: mean ${mean.join(' ')}, std ${std.join(' ')}`);
}
