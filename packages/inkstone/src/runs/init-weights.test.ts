import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNetwork, type DetectionNetwork, modelSchema } from '../detection/index.js';
import { encodeSafetensors } from '../nn/safetensors.js';
import { loadRunConfig } from './config.js';
import { initializeFrom } from './init-weights.js';
import { describeModel } from './load-model.js';
import { PUBLISHED } from './weights.js';

const published = () => createNetwork(modelSchema.parse({ name: 'pp_ocrv4_det' }), 1);
const dbnet = (seed: number) =>
  createNetwork(modelSchema.parse({ encoder: { name: 'mobilenet_v3_small_050' } }), seed);
let said: string[] = [];
const say = (line: string) => {
  said.push(line);
};
const save = (file: string, network: DetectionNetwork) =>
  writeFileSync(file, encodeSafetensors({ tensors: network.stateDict(), metadata: {} }));

let folder: string;
beforeEach(() => {
  said = [];
  folder = mkdtempSync(join(tmpdir(), 'init-weights-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('init_from', () => {
  it('starts from the weights of a file, all of them', () => {
    const file = join(folder, 'best.safetensors');
    const [from, to] = [dbnet(1), dbnet(2)];
    save(file, from);
    initializeFrom(to, file, say);
    expect(to.stateDict()).toEqual(from.stateDict());
    expect(said).toEqual([]);
  });

  it('takes over how the images of those weights are normalised, and says so', () => {
    const file = join(folder, 'best.safetensors');
    const [from, to] = [dbnet(1), dbnet(2)];
    from.normalization = { mean: [0.5, 0.5, 0.5], std: [1, 1, 1] };
    const model = describeModel(loadRunConfig().config, from);
    const inkstone = JSON.stringify({ version: '0.1.0', model, step: 1, metrics: {} });
    writeFileSync(file, encodeSafetensors({ tensors: from.stateDict(), metadata: { inkstone } }));
    initializeFrom(to, file, say);
    expect(to.normalization).toEqual(from.normalization);
    expect(said).toEqual([`[INFO] images are normalised as ${file} has it: mean 0.5 0.5 0.5, std 1 1 1`]);
  });

  it('refuses weights that diverged, and names the tensor', () => {
    const file = join(folder, 'best.safetensors');
    const from = dbnet(1);
    from.parameters()[3]!.fill(Number.NaN);
    save(file, from);
    expect(() => initializeFrom(dbnet(2), file, say)).toThrow(
      /best\.safetensors: tensor \S+ holds NaN: training had diverged when it was saved/,
    );
  });

  it('names the file whose weights belong to another network', () => {
    const file = join(folder, 'best.safetensors');
    save(file, dbnet(1));
    expect(() => initializeFrom(published(), file, say)).toThrow(/best\.safetensors.*init_from/);
  });

  it('reads the published detector from its package, and readies it: logits an eighth, thresholds 0.3', () => {
    const network = published();
    initializeFrom(network, PUBLISHED, say);
    const state = network.stateDict();
    const bias = state.get('head.thresh.conv3.bias')!.data[0]!;
    expect(1 / (1 + Math.exp(-bias))).toBeCloseTo(0.3, 6);
    expect(state.get('head.thresh.conv1.weight')!.data).toEqual(
      state.get('head.binarize.conv1.weight')!.data,
    );
  });

  it('says that the published detector is another network than DBNet', () => {
    expect(() => initializeFrom(dbnet(1), PUBLISHED, say)).toThrow(/PP-OCRv4_det_infer\.onnx: init_from: /);
  });

  it('says what is wrong with a file that is no ONNX model, or not there', () => {
    const file = join(folder, 'broken.onnx');
    expect(() => initializeFrom(published(), file, say)).toThrow(/broken\.onnx/);
    symlinkSync('/dev/null', file);
    expect(() => initializeFrom(published(), file, say)).toThrow(/broken\.onnx: is no file$/);
    rmSync(file);
    writeFileSync(file, Buffer.from('not a model'));
    expect(() => initializeFrom(published(), file, say)).toThrow(/broken\.onnx/);
  });
});
