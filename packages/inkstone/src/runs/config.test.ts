import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BUILT_IN_CONFIGS, ConfigLibrary, isTree, schemaKeys } from '../config/index.js';
import { datasetSchema } from '../data/options.js';
import { loadRunConfig, runConfigSchema } from './config.js';
import { OTHER_WORDS } from './other-words.js';

const load = (...overrides: string[]) => loadRunConfig({ overrides }).config;

describe('loadRunConfig', () => {
  it('takes what its users type', () => {
    const config = load(
      'trainer=fp16_safe',
      'trainer.max_epochs=3',
      'trainer.limit_val_batches=50',
      'exp_name=fp16_test',
      'data/performance_preset=validation_optimized',
    );
    expect(config).toMatchObject({
      exp_name: 'fp16_test',
      trainer: { precision: '16-mixed', accumulate_grad_batches: 2, max_epochs: 3, limit_val_batches: 50 },
      data: { cache_splits: ['val', 'test'], cache_config: { cache_transformed_tensors: true } },
    });
  });

  it.each([
    ['trainer.max_epoch=3', 'did you mean trainer.max_epochs?'],
    ['max_epochs=3', 'did you mean trainer.max_epochs?'],
    ['trainer.precision="64-true"', /trainer\.precision = "64-true" .*is not offered/],
    ['trainer.precision=fp16', /must be one of "32-true", "16-mixed", "bf16-mixed", "16-unsafe"/],
    ['trainer.limit_val_batches=1.5', /whole number of batches, a share below 1, or null/],
    ['trainer=fp16_sfae', /did you mean "fp16_safe"/],
    ['exp_name=../x', /must be a name/],
    ['data=icdar', /data\.root is missing/],
    ['data=icdra', /did you mean "icdar"\? .*icdar, json, paddle, synthetic/],
    ['optimizer.learning_rate=1', 'did you mean optimizer.lr?'],
    ['learning_rate=1', 'did you mean optimizer.lr?'],
    ['epochs=3', 'did you mean trainer.max_epochs?'],
    ['imgsz=640', 'did you mean data.size?'],
    ['image_size=640', 'did you mean data.size?'],
    ['data.image_size=640', 'did you mean data.size?'],
    ['batch=3', 'did you mean batch_size?'],
    ['workers=3', 'did you mean data.num_workers?'],
    ['data.batch_size=3', 'did you mean batch_size?'],
    ['trainer.epochs=3', 'did you mean trainer.max_epochs?'],
    ['amp=true', 'did you mean trainer=fp16_safe?'],
    ['optimizer=sgd', /expected a map of keys; write optimizer\.name=sgd$/],
    ['batch_size=1000000', /must be at most 1024$/],
    ['model.decoder.inner_channels=4000000', /must be at most 1024$/],
    ['trainer.max_epochs=1000000000', /must be at most 100000$/],
    ['trainer.accumulate_grad_batches=1000000000', /must be at most 10000$/],
    ['model.postprocess.unclip_ratio=1000000', /must be at most 100/],
    ['data.cache_config.max_bytes.disk=20apples', /expected a number, or a size such as 500MB or 20GiB$/],
    ['data.augment.flip.probabilty=1', 'did you mean data.augment.flip.probability?'],
  ])('refuses %s', (override, message) => {
    expect(() => load(override)).toThrow(message);
  });

  it('tells all that is wrong at once', () => {
    expect(() => loadRunConfig({ overrides: ['epochs=3', 'batch_size=0', 'imgsz=640', 'seed=-1'] })).toThrow(
      /^(?=.*epochs)(?=.*batch_size)(?=.*imgsz)(?=.*seed)/s,
    );
  });

  it('takes sizes with a unit', () => {
    const disk = (typed: string) =>
      load(`data.cache_config.max_bytes.disk=${typed}`).data.cache_config.max_bytes.disk;
    expect(['500MB', '2 GiB', '12345'].map(disk)).toEqual([5e8, 2 * 2 ** 30, 12345]);
  });

  it('knows every key that the words of other programs stand for', () => {
    const keys = [...schemaKeys(runConfigSchema).keys()];
    const unknown = Object.values(OTHER_WORDS).filter((key) => !key.includes('=') && !keys.includes(key));
    expect(unknown).toEqual([]);
    for (const override of Object.values(OTHER_WORDS).filter((key) => key.includes('='))) load(override);
  });

  it('tells one batch from all of them, as Lightning does', () => {
    const limit = (value: string) => load(`trainer.limit_val_batches=${value}`).trainer.limit_val_batches;
    expect(['1', '1.0', '0.5', '50', 'null'].map(limit)).toEqual([1, null, 0.5, 50, null]);
  });

  it('accepts every choice of every group together with every other, and nothing in them is without effect', () => {
    const library = new ConfigLibrary(undefined, schemaKeys(runConfigSchema));
    const choicesIn = (group: string) => library.choices(group).map((choice) => `${group}=${choice}`);
    const groups = library.groups().map(choicesIn);
    expect(groups.flat()).toContain('data/performance_preset=none');
    const pairs = groups.flatMap((choices, index) =>
      choices.flatMap((one) =>
        groups.slice(index + 1).flatMap((others) => others.map((other) => [one, other])),
      ),
    );
    for (const pair of pairs) {
      const { withoutEffect } = loadRunConfig({ overrides: [...pair, 'data.root=somewhere'] });
      expect({ pair, withoutEffect }).toEqual({ pair, withoutEffect: [] });
    }
  });

  it('says a default once: files hold only what differs, those of data all that they stand for', () => {
    const keys = schemaKeys(runConfigSchema);
    const repeated = readdirSync(BUILT_IN_CONFIGS, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml') && !name.startsWith('data/'))
      .flatMap((name) => {
        const { defaults: _, ...content } = parse(readFileSync(join(BUILT_IN_CONFIGS, name), 'utf8')) ?? {};
        const group = name.includes('/') ? dirname(name) : '';
        return leaves(content, group)
          .filter(([path, value]) => JSON.stringify(keys.get(path)?.default) === JSON.stringify(value))
          .map(([path]) => `${name}: ${path}`);
      });
    expect(repeated).toEqual([]);
  });

  it('describes every key', () => {
    const silent = [...schemaKeys(runConfigSchema)].filter(
      ([, { description }]) => description === undefined,
    );
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('has one set of defaults: but for the recipe, the files agree with the schema', () => {
    const { callbacks: _, ...files } = load('data/performance_preset=none', '~recipe');
    const { callbacks: __, ...schema } = runConfigSchema.parse({
      data: { root: files.data.root, cache_config: { cache_images: false, cache_maps: false } },
    });
    expect(files).toEqual(schema);
  });

  it('has the data room’s defaults', () => {
    const { data } = runConfigSchema.parse({ data: { root: 'x', name: 'icdar' } });
    expect(data).toMatchObject(datasetSchema.parse({ root: 'x' }));
  });
});

describe('keys without effect', () => {
  const withoutEffect = (...overrides: string[]) => loadRunConfig({ overrides }).withoutEffect;

  it('are those that mean nothing, and those of a choice not made', () => {
    expect(withoutEffect('trainer.benchmark=false', 'optimizer.momentum=0.5', 'model.head.name=db')).toEqual([
      'trainer.benchmark',
      'model.head.name',
      'optimizer.momentum',
    ]);
    expect(withoutEffect('optimizer.name=sgd', 'optimizer.momentum=0.5')).toEqual([]);
    expect(withoutEffect()).toEqual([]);
  });

  it('are those of a group of your own that the recipe sets to something else, too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'inkstone-own-groups-'));
    const trainer = join(folder, 'trainer');
    mkdirSync(trainer);
    const load = (...overrides: string[]) => {
      const { config, withoutEffect } = loadRunConfig({
        overrides: ['trainer=mine', ...overrides],
        configFolder: folder,
      });
      return [config.trainer.max_epochs, withoutEffect];
    };
    writeFileSync(
      join(trainer, 'mine.yaml'),
      'defaults: [default]\nmax_epochs: 5\ncheck_val_every_n_epoch: 2\n',
    );
    const place = join(trainer, 'mine.yaml:2');
    expect(load()).toEqual([
      22,
      [
        expect.stringMatching(
          new RegExp(`^trainer\\.max_epochs of ${place} \\(.*scratch\\.yaml:\\d+ sets 22\\)$`),
        ),
      ],
    ]);
    expect(load('trainer.max_epochs=5')).toEqual([5, []]);
    expect(load('~recipe')).toEqual([5, []]);
    rmSync(folder, { recursive: true });
  });

  it('do not keep the configuration of an older run from being used', () => {
    const folder = mkdtempSync(join(tmpdir(), 'inkstone-old-config-'));
    const configFile = join(folder, 'config.yaml');
    writeFileSync(configFile, OLD_CONFIG);
    const { config, withoutEffect } = loadRunConfig({ configFile });
    rmSync(folder, { recursive: true });
    expect(config).toMatchObject({
      exp_name: 'demo',
      trainer: { max_epochs: 20 },
      optimizer: { name: 'adam', lr: 0.003 },
      model: { decoder: { inner_channels: null }, head: { k: 40 } },
    });
    expect(withoutEffect).toEqual([
      'trainer.benchmark',
      'trainer.deterministic',
      'model.decoder.name',
      'model.head.name',
      'optimizer.momentum',
      'optimizer.nesterov',
      'schedule.power',
    ]);
  });
});

/** The keys of version 0.1.0 that later versions have left. */
const OLD_CONFIG = `
exp_name: "demo"
trainer: { max_epochs: 20, benchmark: true, deterministic: true }
optimizer: { name: "adam", lr: 0.003, weight_decay: 0, betas: [0.9, 0.999], eps: 1e-8, momentum: 0.9, nesterov: false }
schedule: { name: "cosine", warmup_steps: 30, final_factor: 0, power: 0.9 }
model:
  encoder: { name: "mobilenet_v3_small_050" }
  decoder: { name: "fpn", inner_channels: null }
  head: { name: "db", k: 40 }
`;

/** Every path of a tree that holds no map, with its value. */
function leaves(tree: object, prefix: string): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return isTree(value) && Object.keys(value).length > 0 ? leaves(value, path) : [[path, value] as const];
  }) as [string, unknown][];
}
