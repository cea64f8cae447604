/** A checkpoint as an ONNX file that says all that finding text with it takes, and the check that it computes the same. */
import {
  type DetectorDescription,
  METADATA_KEY,
  type OnnxRuntime,
  onnxNetwork,
  padImage,
} from 'inkstone-detect';
import { createPrecision } from '../amp/index.js';
import { loadImage } from '../data/index.js';
import { asNetwork, inferenceGraph, networkTitle } from '../detection/index.js';
import { foldNorms, writeOnnx } from '../onnx/index.js';
import { VERSION } from '../system/index.js';
import type { RunConfig } from './config.js';
import { postprocessOptions } from './detection-task.js';
import type { LoadedModel } from './load-model.js';

export interface ExportOptions {
  /** Convolutions' weights are stored in 16 bits where they fit: half the file, computed with in 32 bits. */
  readonly half: boolean;
  /** Batch norms become part of the convolutions before them. */
  readonly foldNorms: boolean;
}

/** PaddleOCR's name for its images, which its tools and others know. */
const INPUT_NAME = 'x';

/** The bytes of the file. */
export function exportOnnx(
  { model }: LoadedModel,
  { model: modelConfig, data }: RunConfig,
  options: ExportOptions,
): Uint8Array {
  const { trace, channels, normalization, outputName } = inferenceGraph(model);
  const description: DetectorDescription = {
    version: VERSION,
    network: networkTitle(modelConfig),
    size: data.size,
    channels,
    normalization,
    postprocess: postprocessOptions(modelConfig),
  };
  return writeOnnx(options.foldNorms ? foldNorms(trace) : trace, {
    producer: { name: 'inkstone', version: VERSION },
    inputName: INPUT_NAME,
    outputName,
    half: options.half,
    metadata: { [METADATA_KEY]: JSON.stringify(description) },
  });
}

export interface OnnxCheck {
  readonly image: string;
  /** Of the probability map, between the checkpoint in float32 and the file in ONNX Runtime. */
  readonly largestDifference: number;
}

/** What ONNX Runtime would rewrite changes single pixels of a steep map by a thousandth: compared is the file as it is. */
const AS_WRITTEN = { graphOptimizationLevel: 'disabled' };

/** Runs an exported file beside its checkpoint on pictures. */
export async function* verifyOnnx(
  ort: OnnxRuntime,
  file: Uint8Array,
  { model }: LoadedModel,
  { data }: RunConfig,
  images: readonly string[],
): AsyncGenerator<OnnxCheck> {
  const exported = await onnxNetwork(ort, file, AS_WRITTEN);
  const own = asNetwork(model, createPrecision('32-true'));
  try {
    for (const image of images) {
      const pixels = padImage(await loadImage(image, data.size));
      const [expected, found] = [await own.run(pixels), await exported.run(pixels)];
      const largestDifference = expected.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - found[i])),
        0,
      );
      yield { image, largestDifference };
    }
  } finally {
    await exported.dispose();
  }
}
