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
import { asNetwork, inferenceGraph, networkTitle, readyForPaddleOcr } from '../detection/index.js';
import { foldNorms, writeOnnx } from '../onnx/index.js';
import { InputError, VERSION } from '../system/index.js';
import type { RunConfig } from './config.js';
import { postprocessOptions } from './detection-task.js';
import type { LoadedModel } from './load-model.js';

export interface ExportOptions {
  /** Convolutions' weights are stored in 16 bits where they fit: half the file, computed with in 32 bits. */
  readonly half: boolean;
  /** Left out of a file for other tools: inkstone-detect refuses it then. */
  readonly describe: boolean;
  /** Batch norms become part of the convolutions before them. */
  readonly foldNorms: boolean;
}

/**
 * Makes the network what PaddleOCR's tools expect in place of their own: their thresholds suit steeper maps than training leaves.
 * Boxes made with the checkpoint's own settings would be others, so use it for nothing else.
 *
 * @throws InputError when PaddleOCR has no such network
 */
export function turnIntoPaddleOcrs({ model }: LoadedModel, { model: { name } }: RunConfig): void {
  if (name !== 'pp_ocrv4_det') {
    throw new InputError(
      `PaddleOCR's tools do not know the network ${name}; train model=pp_ocrv4_det for them`,
    );
  }
  model.loadStateDict(readyForPaddleOcr(model.stateDict()));
}

/** PaddleOCR's name for its images, which its tools and others know. */
const INPUT_NAME = 'x';

export interface ExportedModel {
  readonly file: Uint8Array;
  readonly description: DetectorDescription;
}

export function exportOnnx(
  { model }: LoadedModel,
  { model: modelConfig, data }: RunConfig,
  options: ExportOptions,
): ExportedModel {
  const { trace, channels, normalization, outputName } = inferenceGraph(model);
  const description: DetectorDescription = {
    version: VERSION,
    network: networkTitle(modelConfig),
    size: data.size,
    channels,
    normalization,
    postprocess: postprocessOptions(modelConfig),
  };
  const file = writeOnnx(options.foldNorms ? foldNorms(trace) : trace, {
    producer: { name: 'inkstone', version: VERSION },
    inputName: INPUT_NAME,
    outputName,
    half: options.half,
    metadata: options.describe ? { [METADATA_KEY]: JSON.stringify(description) } : {},
  });
  return { file, description };
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
  { file, description }: ExportedModel,
  { model }: LoadedModel,
  { data }: RunConfig,
  images: readonly string[],
): AsyncGenerator<OnnxCheck> {
  const exported = await onnxNetwork(ort, file, AS_WRITTEN, description);
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
