/** A trained detector behind the interface that programs use, whichever engine runs it. */
import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { type Decode, ModelError, TextDetector } from 'inkstone-detect';
import { decode as decodeWithin } from 'inkstone-detect/sharp';
import { asNetwork } from '../detection/index.js';
import { CheckpointError } from '../nn/index.js';
import { precisionOf } from './build.js';
import { postprocessOptions } from './detection-task.js';
import { loadCheckpointConfig, loadModel } from './load-model.js';
import { loadOnnxRuntime } from './onnx-runtime.js';

export interface DetectorLimits {
  /** Larger images are refused. Default 200 million. */
  readonly maxPixels?: number;
}

/**
 * An exported `.onnx` file runs in ONNX Runtime, a checkpoint or a run folder in Inkstone's own engine.
 *
 * @throws CheckpointError when the file cannot be used, InputError when ONNX Runtime is missing
 */
export async function openDetector(path: string, { maxPixels }: DetectorLimits = {}): Promise<TextDetector> {
  const decode: Decode = (bytes, size) => decodeWithin(bytes, size, maxPixels);
  if (extname(path) === '.onnx') return openExported(path, decode);
  const { config } = loadCheckpointConfig(path);
  const { model } = loadModel(path, config.model);
  const network = asNetwork(model, precisionOf(config));
  const dispose = async () => model.dispose();
  const postprocess = postprocessOptions(config.model);
  const { size } = config.data;
  return new TextDetector({ ...network, dispose }, { size, postprocess, decode });
}

async function openExported(path: string, decode: Decode): Promise<TextDetector> {
  if (!existsSync(path)) throw new CheckpointError(path, 'no such file');
  try {
    return await TextDetector.load(readFileSync(path), { runtime: loadOnnxRuntime(), decode });
  } catch (error) {
    throw error instanceof ModelError ? new CheckpointError(path, error.message) : error;
  }
}
