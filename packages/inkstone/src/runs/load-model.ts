import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DBNet, type ModelConfig, modelSchema } from '../detection/index.js';
import { CheckpointError, readSafetensors, StateDictError } from '../nn/index.js';
import { buildModel } from './build.js';

/** Longest side that images are scaled to when a checkpoint does not say. */
const DEFAULT_SIZE = 640;

export interface LoadedModel {
  readonly model: DBNet;
  readonly config: ModelConfig;
  /** Longest side, in pixels, that the network was trained on. */
  readonly size: number;
  readonly file: string;
}

/** `best`'s weights for a run folder, or the file itself. */
export function checkpointFile(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const names = [
    'checkpoints/best.safetensors',
    'checkpoints/last.safetensors',
    'best.safetensors',
    'last.safetensors',
  ];
  const found = names.map((name) => join(path, name)).find((file) => existsSync(file));
  if (found === undefined) throw new CheckpointError(path, 'has no checkpoint in it');
  return found;
}

/** The configuration of the run that a checkpoint belongs to, if it still lies in its run folder. */
export function runConfigFile(path: string): string | undefined {
  const file = join(dirname(dirname(checkpointFile(path))), 'config.yaml');
  return existsSync(file) ? file : undefined;
}

/**
 * The network of a checkpoint with its weights, ready to evaluate. What network it is stands in the file; for one
 * written elsewhere (by PyTorch) `fallback` says it.
 */
export function loadModel(path: string, fallback: ModelConfig): LoadedModel {
  const file = checkpointFile(path);
  const { tensors, metadata } = readSafetensors(file);
  const described = describedModel(metadata.inkstone, file);
  const config = described?.config ?? fallback;
  const model = buildModel(config);
  try {
    model.loadStateDict(tensors);
  } catch (error) {
    if (!(error instanceof StateDictError)) throw error;
    const hint = described === undefined ? '; choose its network with model=…' : '';
    throw new CheckpointError(file, `${error.message}${hint}`);
  }
  return { model: model.eval() as DBNet, config, size: described?.size ?? DEFAULT_SIZE, file };
}

function describedModel(
  text: string | undefined,
  file: string,
): { config: ModelConfig; size: number } | undefined {
  if (text === undefined) return undefined;
  try {
    const { size, ...model } = (JSON.parse(text) as { model: { size: number } }).model;
    return { config: modelSchema.parse(model), size };
  } catch {
    throw new CheckpointError(
      file,
      'its description of the network is not readable by this version of Inkstone',
    );
  }
}
