/** One picture, one set of boxes: `predict`, the own engine and an exported file in ONNX Runtime, from a file or from pixels. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Detection, TextDetector } from 'inkstone-detect';
import { decodePixels } from 'inkstone-detect/sharp';
import { generateReceipt } from 'inkstone-receipts';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNetwork } from '../detection/index.js';
import { encodeSafetensors } from '../nn/index.js';
import { decodeModel, encodeModel } from '../onnx/schema.js';
import { loadRunConfig } from './config.js';
import { openDetector } from './detector.js';
import { exportOnnx } from './export.js';
import { initializeFrom } from './init-weights.js';
import { describeModel, loadModel } from './load-model.js';
import { predictImage } from './predict.js';
import { PUBLISHED } from './weights.js';

const folder = mkdtempSync(join(tmpdir(), 'inkstone-detector-'));
const [picture, checkpoint, onnx] = ['receipt.jpg', 'best.safetensors', 'model.onnx'].map((name) =>
  join(folder, name),
) as [string, string, string];
const { config } = loadRunConfig({ overrides: ['data.size=480', 'model=pp_ocrv4_det'] });

let expected: readonly Detection[];
beforeAll(async () => {
  // Larger than the network takes, so that it is resized on the way.
  const { image } = await generateReceipt({ seed: 11, index: 1, longestSide: 720 });
  const { data, width, height } = image;
  await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toFile(picture);
  const network = createNetwork(config.model);
  initializeFrom(network, PUBLISHED, () => {});
  const inkstone = { version: '0.1.0', model: describeModel(config, network), step: 0, metrics: {} };
  const metadata = { inkstone: JSON.stringify(inkstone) };
  writeFileSync(checkpoint, encodeSafetensors({ tensors: network.stateDict(), metadata }));
  const loaded = loadModel(checkpoint, config.model);
  writeFileSync(onnx, exportOnnx(loaded, config, { half: false, foldNorms: false, describe: true }).file);
  expected = (await predictImage(loaded, config, picture)).texts;
  expect(expected.length).toBeGreaterThan(5);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function opened<T>(path: string, use: (detector: TextDetector) => Promise<T>): Promise<T> {
  const detector = await openDetector(path);
  try {
    return await use(detector);
  } finally {
    await detector.dispose();
  }
}

/** The same texts in the same order, their corners not further apart than `pixels`, nor their scores than `score`. */
function expectClose(found: readonly Detection[], pixels: number, score: number): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, { polygon, ...text }] of found.entries()) {
    expect(Math.abs(text.score - expected[i]!.score)).toBeLessThan(score);
    const furthest = polygon.map(([x, y], k) => {
      const [otherX, otherY] = expected[i]!.polygon[k]!;
      return Math.hypot(x - otherX, y - otherY);
    });
    expect(Math.max(...furthest)).toBeLessThan(pixels);
  }
}

describe('openDetector', () => {
  it('names the file that it cannot use', async () => {
    await expect(openDetector('gone.onnx')).rejects.toThrow(/^gone\.onnx: no such file$/);
    const [foreign, broken] = ['foreign.onnx', 'broken.onnx'].map((name) => join(folder, name)) as [
      string,
      string,
    ];
    writeFileSync(foreign, 'not a model');
    await expect(openDetector(foreign)).rejects.toThrow(/foreign\.onnx: is no ONNX file$/);
    await expect(openDetector(foreign)).rejects.toMatchObject({ name: 'CheckpointError', exitCode: 2 });
    // Its metadata is whole, and a weight is missing.
    const model = decodeModel(readFileSync(onnx));
    const graph = { ...model.graph, initializer: model.graph.initializer.slice(1) };
    writeFileSync(broken, encodeModel({ ...model, graph }));
    await expect(openDetector(broken)).rejects.toThrow(/broken\.onnx: cannot be loaded by ONNX Runtime \(/);
  });
});

describe('a detector finds what predict finds', () => {
  it('with Inkstone’s engine, to the bit', async () => {
    expect(await opened(checkpoint, (detector) => detector.detect(picture))).toEqual(expected);
    const bytes = readFileSync(picture);
    expect(await opened(checkpoint, (detector) => detector.detect(bytes))).toEqual(expected);
  });

  it('with ONNX Runtime, to a hundredth of a pixel', async () => {
    expectClose(await opened(onnx, (detector) => detector.detect(picture)), 0.01, 1e-4);
  });

  it('on pixels, which are resized as in a browser, to a pixel of the network', async () => {
    const pixels = await decodePixels(picture);
    const networkPixel = Math.max(pixels.width, pixels.height) / config.data.size;
    expectClose(await opened(onnx, (detector) => detector.detect(pixels)), networkPixel, 0.05);
  });
});
