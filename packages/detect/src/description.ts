/**
 * What an exported detector says about itself: everything but the network that finding text takes. It is JSON under
 * `METADATA_KEY` in the ONNX file's `metadata_props`.
 */
import { POSTPROCESS_DEFAULTS, type PostprocessOptions } from './boxes.js';
import type { Normalization } from './fit.js';

export const METADATA_KEY = 'inkstone';

export interface DetectorDescription {
  /** The version of Inkstone that wrote the file. */
  readonly version: string;
  /** E.g. `pp_ocrv4_det`. */
  readonly network: string;
  /** Longest side, in pixels, of the images that it was trained on. */
  readonly size: number;
  /** The order of its input's planes. */
  readonly channels: 'rgb' | 'bgr';
  /** In the order of its planes. */
  readonly normalization: Normalization;
  readonly postprocess: PostprocessOptions;
}

/** A file that is no detector that this package can run: one line that says why. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}

/** @throws ModelError when something is missing or of another kind */
export function parseDescription(json: string): DetectorDescription {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new ModelError(`its metadata "${METADATA_KEY}" is no JSON; export it again`);
  }
  const description = (value ?? {}) as Partial<DetectorDescription>;
  const { version, network, size, channels, normalization, postprocess } = description;
  const sound: Readonly<Record<keyof DetectorDescription, boolean>> = {
    version: typeof version === 'string',
    network: typeof network === 'string',
    size: Number.isInteger(size) && (size as number) > 0,
    channels: channels === 'rgb' || channels === 'bgr',
    normalization: isTriple(normalization?.mean) && isTriple(normalization?.std),
    postprocess: isPostprocess(postprocess),
  };
  const broken = Object.entries(sound).find(([, isSound]) => !isSound)?.[0];
  if (broken !== undefined) {
    throw new ModelError(`its metadata "${METADATA_KEY}" has no usable ${broken}; export it again`);
  }
  return description as DetectorDescription;
}

function isTriple(value: unknown): boolean {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
}

/** Settings are of the type that their defaults have, but for the two that are words. */
function isPostprocess(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const defaults: Readonly<Record<string, unknown>> = POSTPROCESS_DEFAULTS;
  return Object.entries(value).every(([key, setting]) => {
    if (key === 'output') return setting === 'quad' || setting === 'polygon';
    if (key === 'unclipRatio' && setting === 'inverse') return true;
    return key === 'unclipRatio' || typeof defaults[key] === 'number'
      ? Number.isFinite(setting)
      : typeof setting === typeof defaults[key];
  });
}
