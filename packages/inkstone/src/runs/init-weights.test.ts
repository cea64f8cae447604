import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNetwork, type DetectionNetwork, modelSchema } from '../detection/index.js';
import { encodeSafetensors } from '../nn/safetensors.js';
import { initializeFrom, PUBLISHED } from './init-weights.js';

const published = () => createNetwork(modelSchema.parse({ name: 'pp_ocrv4_det' }), 1);
const dbnet = (seed: number) =>
  createNetwork(modelSchema.parse({ encoder: { name: 'mobilenet_v3_small_050' } }), seed);
const save = (file: string, network: DetectionNetwork) =>
  writeFileSync(file, encodeSafetensors({ tensors: network.stateDict(), metadata: {} }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'init-weights-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('init_from', () => {
  it('starts from the weights of a file, all of them', () => {
    const file = join(folder, 'best.safetensors');
    const [from, to] = [dbnet(1), dbnet(2)];
    save(file, from);
    initializeFrom(to, file);
    expect(to.stateDict()).toEqual(from.stateDict());
  });

  it('names the file whose weights belong to another network', () => {
    const file = join(folder, 'best.safetensors');
    save(file, dbnet(1));
    expect(() => initializeFrom(published(), file)).toThrow(/best\.safetensors.*init_from/);
  });

  it('reads the published detector from its package, and readies it: logits an eighth, thresholds 0.3', () => {
    const network = published();
    initializeFrom(network, PUBLISHED);
    const state = network.stateDict();
    const bias = state.get('head.thresh.conv3.bias')!.data[0]!;
    expect(1 / (1 + Math.exp(-bias))).toBeCloseTo(0.3, 6);
    expect(state.get('head.thresh.conv1.weight')!.data).toEqual(
      state.get('head.binarize.conv1.weight')!.data,
    );
  });

  it('says that the published detector is another network than DBNet', () => {
    expect(() => initializeFrom(dbnet(1), PUBLISHED)).toThrow(/PP-OCRv4_det_infer\.onnx: init_from: /);
  });

  it('says what is wrong with a file that is no ONNX model, or not there', () => {
    const file = join(folder, 'broken.onnx');
    expect(() => initializeFrom(published(), file)).toThrow(/broken\.onnx/);
    writeFileSync(file, Buffer.from('not a model'));
    expect(() => initializeFrom(published(), file)).toThrow(/broken\.onnx/);
  });
});
