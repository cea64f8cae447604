import { describe, expect, it } from 'vitest';
import { DESCRIPTION, detectorFile, onnxFile } from './onnx-file.testing.js';
import { describeOnnx, type OnnxRuntime, onnxNetwork } from './onnx-network.js';

describe('what an ONNX file says about itself', () => {
  it('is read as it was written', () => {
    expect(describeOnnx(detectorFile())).toEqual(DESCRIPTION);
  });

  it.each([
    ['a file of another program', onnxFile('author', 'me'), 'has no metadata "inkstone"'],
    ['no JSON', onnxFile('inkstone', '{'), 'its metadata "inkstone" is no JSON'],
    ['a word', onnxFile('inkstone', 'null'), 'has no usable version'],
    ['no size', detectorFile({ size: 0 }), 'has no usable size'],
    ['planes that nobody knows', detectorFile({ channels: 'hsv' }), 'has no usable channels'],
    ['half a normalisation', detectorFile({ normalization: { mean: [0, 0, 0] } }), 'no usable normalization'],
    ['a setting of another kind', detectorFile({ postprocess: { minSize: '3' } }), 'no usable postprocess'],
    [
      'an output that is not known',
      detectorFile({ postprocess: { output: 'blob' } }),
      'no usable postprocess',
    ],
    ['a text', new TextEncoder().encode('not a model'), 'is no ONNX file'],
    ['a file that was cut off', detectorFile().subarray(0, 60), 'is no ONNX file, or was cut off'],
  ])('is refused in a line: %s', (_, file, message) => {
    expect(() => describeOnnx(file)).toThrow(message);
  });
});

describe('onnxNetwork', () => {
  /** Gives back what it is fed as its map. */
  function echo(): { runtime: OnnxRuntime; fed: () => { data: unknown; dims: readonly number[] } } {
    let last: { data: unknown; dims: readonly number[] } | undefined;
    const runtime: OnnxRuntime = {
      InferenceSession: {
        create: async () => ({
          inputNames: ['x'],
          outputNames: ['map'],
          run: async (feeds) => {
            last = feeds.x;
            return { map: feeds.x! };
          },
        }),
      },
      Tensor: class {
        constructor(
          _type: 'float32',
          readonly data: Float32Array,
          readonly dims: readonly number[],
        ) {}
      },
    };
    return { runtime, fed: () => last! };
  }

  it('says what ONNX Runtime has against a file', async () => {
    const { runtime } = echo();
    const InferenceSession = { create: () => Promise.reject(new Error('opset 99')) };
    const refused = onnxNetwork({ ...runtime, InferenceSession }, detectorFile());
    await expect(refused).rejects.toThrow('cannot be loaded by ONNX Runtime (opset 99)');
  });

  const normalization = { mean: [0, 0.2, 0.4], std: [1, 2, 4] } as const;
  const image = { width: 2, height: 1, data: Uint8Array.of(255, 0, 51, 0, 255, 102) };
  const RED = [255, 0];
  const GREEN = [0, 255];
  const BLUE = [51, 102];

  it.each([
    ['rgb', [RED, GREEN, BLUE]],
    ['bgr', [BLUE, GREEN, RED]],
  ] as const)('feeds normalised planes in the order %s', async (channels, planes) => {
    const { runtime, fed } = echo();
    const network = await onnxNetwork(runtime, detectorFile({ normalization, channels }));
    await network.run(image);
    expect(fed().dims).toEqual([1, 3, 1, 2]);
    const expected = planes.flatMap((values, plane) =>
      values.map((value) => (value / 255 - normalization.mean[plane]!) / normalization.std[plane]!),
    );
    expect(fed().data).toEqual(Float32Array.from(expected));
  });
});
