/**
 * A checkpoint on its own: weights, and in its metadata all that prediction needs beside them, so that a file that was
 * copied alone into another folder finds what it found in its run.
 */
import { join } from 'node:path';
import { IMAGENET, type Normalization } from 'inkstone-detect';
import { z } from 'zod';
import { arithmeticSchema, precisionSchema } from '../amp/index.js';
import { type ComposeOptions, readConfigFile } from '../config/index.js';
import { createNetwork, type DetectionNetwork, type ModelConfig, modelSchema } from '../detection/index.js';
import { CheckpointError, type Safetensors, StateDictError, sealedSafetensorsParts } from '../nn/index.js';
import { firstIssue, VERSION } from '../system/index.js';
import { type LoadedConfig, loadRunConfig, type RunConfig } from './config.js';
import { CONFIG, runOf } from './run-files.js';
import { readWeights } from './weights.js';

/** Of pixels from 0 to 1; what lies far outside would only make infinities of them. */
const channelMean = z.number().min(-10).max(10);
const deviation = z.number().min(1e-4).max(1e4);
const channels = z.tuple([channelMean, channelMean, channelMean]).readonly();
const deviations = z.tuple([deviation, deviation, deviation]).readonly();

const versionSchema = z.string().max(40);

const modelDescription = z
  .looseObject({
    /** Longest side of its images, in pixels. */
    size: z.int().positive(),
    normalization: z.object({ mean: channels, std: deviations }).default(IMAGENET),
    precision: precisionSchema.optional(),
    /** Files of before there was a choice come from networks that calculated in this way. */
    arithmetic: arithmeticSchema.default('storage'),
  })
  .transform(({ size, normalization, precision, arithmetic, ...network }, context) => {
    const { data, error } = modelSchema.safeParse(network);
    for (const { message, path } of error?.issues ?? []) context.addIssue({ code: 'custom', message, path });
    return { size, normalization, precision, arithmetic, network: data ?? z.NEVER };
  });

/** The JSON under `inkstone` in the metadata. What has a default is not in files that Inkstone 0.1.0 wrote. */
const descriptionSchema = z.object({
  version: versionSchema.default('0.1.0'),
  model: modelDescription,
  step: z.int(),
  /** Of the last validation. */
  metrics: z.record(z.string(), z.number()),
});
type Description = z.output<typeof descriptionSchema>;

/** What training writes into its checkpoints as `model`. */
export function describeModel({ model, data, trainer }: RunConfig, { normalization }: DetectionNetwork) {
  return {
    ...model,
    size: data.size,
    normalization,
    precision: trainer.precision,
    arithmetic: trainer.arithmetic,
  };
}

/** What a checkpoint's weights expect of their images. Throws CheckpointError. */
export function normalizationOf(model: unknown, file: string): Normalization {
  const { data, error } = modelDescription.safeParse(model);
  if (data !== undefined) return data.normalization;
  throw new CheckpointError(file, `is not as Inkstone writes it (model.${firstIssue(error)})`);
}

/** The same of a file of weights; undefined when Inkstone did not write it. */
export const normalizationIn = (contents: Safetensors, file: string): Normalization | undefined =>
  readDescription(contents, file)?.model.normalization;

/** What a checkpoint's boxes are made with; undefined when Inkstone did not write it. */
export function postprocessOf(source: string): ModelConfig['postprocess'] | undefined {
  const weights = readWeights(source);
  return readDescription(weights, weights.file)?.model.network.postprocess;
}

/**
 * The configuration to use a checkpoint with: network, size, post-processing and precision as the file itself says, the
 * rest (its data set, say) as in the run folder that it lies in, if it does; the caller's file and overrides over both.
 */
export function loadCheckpointConfig(path: string, options: ComposeOptions = {}): LoadedConfig {
  const weights = readWeights(path);
  const { file } = weights;
  const run = options.configFile === undefined ? runOf(file) : undefined;
  const layers = run === undefined ? [] : [readConfigFile(join(run, CONFIG))];
  const description = readDescription(weights, file);
  if (description === undefined) return loadRunConfig({ ...options, layers });
  const { size, precision, arithmetic, network: model } = description.model;
  const content = { model, data: { size }, ...(precision && { trainer: { precision, arithmetic } }) };
  return loadRunConfig({ ...options, layers: [...layers, { content, originOf: () => ({ place: file }) }] });
}

export interface LoadedModel {
  readonly model: DetectionNetwork;
  readonly file: string;
}

/** The network that `config` (of `loadCheckpointConfig`) describes, with a checkpoint's weights, ready to evaluate. */
export function loadModel(path: string, config: ModelConfig): LoadedModel {
  const weights = readWeights(path);
  const { file } = weights;
  const description = readDescription(weights, file);
  const model = createNetwork(config);
  if (description !== undefined) model.normalization = description.model.normalization;
  try {
    model.loadStateDict(weights.tensors);
  } catch (error) {
    if (!(error instanceof StateDictError)) throw error;
    const hint = description === undefined ? '; choose its network with model=…' : '';
    throw new CheckpointError(file, `${error.message}${hint}`);
  }
  return { model: model.eval(), file };
}

/** The contents of a checkpoint like `source`, but for what its boxes are made with. Throws CheckpointError for one that Inkstone did not write. */
export function withPostprocess(
  source: string,
  postprocess: ModelConfig['postprocess'],
): readonly Uint8Array[] {
  const { tensors, metadata } = readWeights(source);
  if (metadata.inkstone === undefined) {
    throw new CheckpointError(
      source,
      'was not written by Inkstone: nothing in it says how its boxes are made',
    );
  }
  const description = JSON.parse(metadata.inkstone);
  description.model.postprocess = postprocess;
  const inkstone = JSON.stringify(description);
  return sealedSafetensorsParts({ tensors, metadata: { ...metadata, inkstone } });
}

/** Undefined for weights written elsewhere, by PyTorch for instance. */
function readDescription({ metadata }: Safetensors, file: string): Description | undefined {
  if (metadata.inkstone === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(metadata.inkstone);
  } catch {
    throw new CheckpointError(file, 'its metadata "inkstone" is no JSON; copy the file again or use another');
  }
  const result = descriptionSchema.safeParse(json);
  if (result.success) return result.data;
  const version = z.object({ version: versionSchema }).safeParse(json).data?.version ?? '0.1.0';
  const { path, message } = result.error.issues[0];
  throw new CheckpointError(
    file,
    `its metadata (Inkstone ${version} wrote it, this is ${VERSION}) cannot be used: ${path.join('.')}: ${message}`,
  );
}
