/** An exported detector in ONNX Runtime: `onnxruntime-node`, `onnxruntime-web` or whatever else has their interface. */
import { type DetectorDescription, METADATA_KEY, ModelError, parseDescription } from './description.js';
import type { Network } from './detect.js';
import { onnxMetadata } from './onnx-metadata.js';

interface OrtTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}

interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release?(): Promise<void>;
}

/** The part of ONNX Runtime that is used: what `import * as ort from 'onnxruntime-node'` gives. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: object): Promise<OrtSession>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
}

/** A network that holds memory until it is disposed. */
export interface LoadedNetwork extends Network {
  dispose(): Promise<void>;
}

/** What the file says about itself. @throws ModelError when it says nothing, or is no ONNX file */
export function describeOnnx(model: Uint8Array): DetectorDescription {
  const json = onnxMetadata(model).get(METADATA_KEY);
  if (json === undefined) {
    throw new ModelError(`has no metadata "${METADATA_KEY}"; make it with inkstone export`);
  }
  return parseDescription(json);
}

/**
 * @param model the bytes of the ONNX file
 * @param sessionOptions ONNX Runtime's own, e.g. `{ executionProviders: ['webgpu'] }`
 * @param description of a file that says nothing about itself
 */
export async function onnxNetwork(
  ort: OnnxRuntime,
  model: Uint8Array,
  sessionOptions: object = {},
  description: Pick<DetectorDescription, 'channels' | 'normalization'> = describeOnnx(model),
): Promise<LoadedNetwork> {
  const session = await ort.InferenceSession.create(model, sessionOptions).catch((error: Error) => {
    throw new ModelError(`cannot be loaded by ONNX Runtime (${error.message})`);
  });
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  return {
    run: async ({ data, width, height }) => {
      const planes = normalizedPlanes(data, description);
      const feeds = { [input]: new ort.Tensor('float32', planes, [1, 3, height, width]) };
      return (await session.run(feeds))[output].data as Float32Array;
    },
    dispose: async () => session.release?.(),
  };
}

/** RGB bytes, pixel by pixel, to the network's planes: (value / 255 − mean) / std. */
function normalizedPlanes(
  rgb: Uint8Array,
  { channels, normalization }: Pick<DetectorDescription, 'channels' | 'normalization'>,
): Float32Array {
  const pixels = rgb.length / 3;
  const planes = new Float32Array(rgb.length);
  for (let plane = 0; plane < 3; plane++) {
    const [mean, std] = [normalization.mean[plane], normalization.std[plane]];
    const channel = channels === 'rgb' ? plane : 2 - plane;
    const values = Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / std);
    const start = plane * pixels;
    for (let i = 0; i < pixels; i++) planes[start + i] = values[rgb[3 * i + channel]];
  }
  return planes;
}
