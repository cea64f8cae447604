import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IMAGENET } from 'inkstone-detect';
import { afterAll, describe, expect, it } from 'vitest';
import { createNetwork, type ModelConfig } from '../detection/index.js';
import { encodeSafetensors, readSafetensors } from '../nn/index.js';
import { VERSION } from '../system/index.js';
import { saveCheckpoint } from '../training/index.js';
import { loadRunConfig } from './config.js';
import { describeModel, loadCheckpointConfig, loadModel } from './load-model.js';

const folder = mkdtempSync(join(tmpdir(), 'inkstone-load-model-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { config } = loadRunConfig({
  overrides: ['data.size=320', 'model.postprocess.box_threshold=0.61', 'model.decoder.inner_channels=16'],
});
const model = config.model as Extract<ModelConfig, { name: 'dbnet' }>;
const network = createNetwork(model);
const weights = network.stateDict();

/** A file with these words about itself. */
function written(name: string, inkstone?: unknown): string {
  const file = join(folder, `${name}.safetensors`);
  const metadata = inkstone === undefined ? {} : { inkstone: JSON.stringify(inkstone) };
  writeFileSync(file, encodeSafetensors({ tensors: weights, metadata }));
  return file;
}

/** As Inkstone 0.1.0 wrote it. */
const old = {
  model: {
    ...config.model,
    decoder: { name: 'fpn', ...model.decoder },
    head: { name: 'db', ...model.head },
    size: 320,
  },
  step: 7,
  metrics: { 'val/hmean': 0.9 },
};

describe('a checkpoint', () => {
  it('that the system does not give is named with the reason in words', () => {
    const loop = join(folder, 'loop.safetensors');
    symlinkSync(loop, loop);
    expect(() => readSafetensors(loop)).toThrow(
      `${loop}: cannot be read: its path leads in a circle of links`,
    );
  });

  it('says of itself all that prediction needs', () => {
    const run = {
      step: 7,
      epoch: 1,
      batch: 0,
      validationDue: false,
      seed: 1,
      updater: { precision: {}, optimizerStep: 1, averageUpdates: 0 },
      callbacks: {},
    };
    const state = { ...run, tracker: null, metrics: { 'val/hmean': 0.9 } };
    const parts = {
      run: state,
      weights,
      state: new Map(),
      model: describeModel(config, network),
      data: {},
      config: {},
    };
    saveCheckpoint(folder, 'best', parts);
    const { metadata } = readSafetensors(join(folder, 'best.safetensors'));
    expect(JSON.parse(metadata.inkstone)).toEqual({
      version: VERSION,
      model: {
        ...config.model,
        size: 320,
        normalization: IMAGENET,
        precision: '32-true',
        arithmetic: 'auto',
      },
      step: 7,
      metrics: { 'val/hmean': 0.9 },
    });
  });

  it('gives its size, network and post-processing to the configuration, under what the caller gives', () => {
    const file = written('old', old);
    const { config: found } = loadCheckpointConfig(file);
    expect(found.data.size).toBe(320);
    expect(found.model).toEqual(config.model);
    const mine = join(folder, 'mine.yaml');
    writeFileSync(mine, 'data:\n  size: 416\nmodel:\n  postprocess:\n    threshold: 0.1\n');
    const { config: given } = loadCheckpointConfig(file, {
      configFile: mine,
      overrides: ['model.postprocess.threshold=0.2'],
    });
    expect(given.data.size).toBe(416);
    expect(given.model.postprocess).toEqual({ ...config.model.postprocess, threshold: 0.2 });
  });

  it('is refused when its weights hold NaN, and names the tensor', () => {
    const broken = createNetwork(config.model);
    const [, , parameter] = broken.parameters();
    parameter?.fill(Number.NaN);
    const file = join(folder, 'diverged.safetensors');
    writeFileSync(file, encodeSafetensors({ tensors: broken.stateDict(), metadata: {} }));
    expect(() => loadModel(file, config.model)).toThrow(
      `${file}: tensor ${parameter?.name} holds NaN: training had diverged when it was saved; use an earlier checkpoint`,
    );
  });

  it('is normalised with what its network was trained with', () => {
    const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
    const file = written('other', { ...old, model: { ...old.model, normalization } });
    expect(loadModel(file, config.model).model.normalization).toEqual(normalization);
    expect(loadModel(written('old', old), config.model).model.normalization).toEqual(IMAGENET);
  });

  it.each([
    [
      'a network that this version does not have',
      { ...old, version: '9.1.0', model: { ...old.model, encoder: { name: 'vit' } } },
      /^[^\n]*spoilt\.safetensors: its metadata \(Inkstone 9\.1\.0 wrote it, .*model\.encoder\.name: [^\n]*$/,
    ],
    [
      'no size',
      { ...old, model: config.model },
      /^[^\n]*spoilt\.safetensors: its metadata \(Inkstone 0\.1\.0 wrote it, .*model\.size: [^\n]*$/,
    ],
    [
      'more channels than memory has room for',
      { ...old, model: { ...old.model, decoder: { inner_channels: 4_000_000 } } },
      /^[^\n]*spoilt\.safetensors: its metadata .*model\.decoder\.inner_channels: [^\n]*<=1024$/,
    ],
    [
      'a division by zero',
      { ...old, model: { ...old.model, normalization: { mean: [0, 0, 0], std: [0, 1, 1] } } },
      /^[^\n]*spoilt\.safetensors: its metadata .*model\.normalization\.std\.0: [^\n]*$/,
    ],
    [
      'keys of a megabyte',
      { ...old, model: { ...old.model, ['\n'.repeat(1_000_000)]: 1 } },
      /^[^\n]{0,2000}spoilt\.safetensors: its metadata [^\n]{0,5000}…[^\n]{0,1000}$/,
    ],
    [
      'deviations that make infinities',
      { ...old, model: { ...old.model, normalization: { mean: [0, 0, 0], std: [1e-300, 1, 1] } } },
      /^[^\n]*spoilt\.safetensors: its metadata .* cannot be used: model\.normalization\.std\.0: [^\n]*$/,
    ],
    ['a version to fill the screen with', { ...old, version: 'v'.repeat(1e6) }, /^[^\n]{1,500}$/],
    ['a word in place of it all', 'dbnet', /^[^\n]*spoilt\.safetensors: its metadata [^\n]*$/],
  ])('is refused in a line that names it: %s', (_, inkstone, message) => {
    const file = written('spoilt', inkstone);
    expect(() => loadCheckpointConfig(file)).toThrow(message);
    expect(() => loadModel(file, config.model)).toThrow(message);
  });

  it.each([
    [
      'an image size of 20000',
      { ...old.model, size: 20_000 },
      /data\.size = 20000 \(from .*spoilt\.safetensors\): must be/,
    ],
    [
      'an odd image size',
      { ...old.model, size: 33 },
      /data\.size = 33 \(from .*spoilt\.safetensors\): must be a multiple of 32$/,
    ],
  ])('is refused for %s', (_, model, message) => {
    expect(() => loadCheckpointConfig(written('spoilt', { ...old, model }))).toThrow(message);
  });

  it.each([
    [
      'references that double',
      Array.from({ length: 40 }, (_, n) => (n === 0 ? 'k0: x' : `k${n}: "\${k${n - 1}}\${k${n - 1}}"`)).join(
        '\n',
      ),
    ],
    ['a map that holds itself', 'data: &data\n  root: *data\n'],
    ['brackets without end', '['.repeat(50_000)],
  ])('is refused with a config.yaml of %s beside it', (_, yaml) => {
    const run = mkdtempSync(join(folder, 'downloaded-'));
    mkdirSync(join(run, 'checkpoints'));
    writeFileSync(join(run, 'config.yaml'), yaml);
    copyFileSync(written('whole', old), join(run, 'checkpoints/best.safetensors'));
    expect(() => loadCheckpointConfig(run)).toThrow(/^[^\n]*config\.yaml[^\n]*$/);
  });

  it('of no run takes nothing from a config.yaml that stands near it', () => {
    const project = mkdtempSync(join(folder, 'project-'));
    mkdirSync(join(project, 'models'));
    writeFileSync(join(project, 'config.yaml'), 'defaults: [_self_]\nsite: https://example.org\n');
    const file = join(project, 'models', 'receipts.safetensors');
    copyFileSync(written('whole', old), file);
    expect(loadCheckpointConfig(file).config.data.size).toBe(320);
  });

  it('without a word about itself needs to be told its network', () => {
    const file = written('foreign');
    expect(loadModel(file, config.model).file).toBe(file);
    expect(() => loadModel(file, loadCheckpointConfig(file).config.model)).toThrow(
      /foreign\.safetensors: .*; choose its network with model=…$/,
    );
  });
});
