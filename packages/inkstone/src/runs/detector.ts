/** A trained detector behind the interface that programs use, whichever engine runs it. */
import { extname } from 'node:path';
import { type DetectorSettings, TextDetector } from 'inkstone-detect';
import { decode as decodeWithin } from 'inkstone-detect/sharp';
import { createPrecision } from '../amp/index.js';
import { asNetwork } from '../detection/index.js';
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
 * @throws ModelError or CheckpointError when the file cannot be used
 */
export async function openDetector(path: string, { maxPixels }: DetectorLimits = {}): Promise<TextDetector> {
  const decode: DetectorSettings['decode'] = (bytes, size) => decodeWithin(bytes, size, maxPixels);
  if (extname(path) === '.onnx') return TextDetector.load(path, { runtime: loadOnnxRuntime(), decode });
  const { config } = loadCheckpointConfig(path);
  const { model } = loadModel(path, config.model);
  const network = asNetwork(model, createPrecision(config.trainer.precision));
  const dispose = async () => model.dispose();
  const postprocess = postprocessOptions(config.model);
  return new TextDetector({ ...network, dispose }, { size: config.data.size, postprocess, decode });
}
