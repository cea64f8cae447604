import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_CONFIGS } from '../config/index.js';
import { datasetSchema } from '../data/options.js';
import { loadRunConfig, runConfigSchema } from './config.js';

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
    ['data.augment.flip.probabilty=1', 'did you mean data.augment.flip.probability?'],
  ])('refuses %s', (override, message) => {
    expect(() => load(override)).toThrow(message);
  });

  it('tells one batch from all of them, as Lightning does', () => {
    const limit = (value: string) => load(`trainer.limit_val_batches=${value}`).trainer.limit_val_batches;
    expect(['1', '1.0', '0.5', '50', 'null'].map(limit)).toEqual([1, null, 0.5, 50, null]);
  });

  it('accepts every file of every group', () => {
    const visit = (folder: string, group: string): void => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const name = entry.name.replace('.yaml', '');
        const path = group === '' ? name : `${group}/${name}`;
        if (entry.isDirectory()) visit(join(folder, entry.name), path);
        else if (group !== '') load(`${group}=${name}`, 'data.root=somewhere');
      }
    };
    visit(BUILT_IN_CONFIGS, '');
  });

  it('has one set of defaults: the files agree with the schema', () => {
    const { callbacks: _, ...files } = load('data/performance_preset=none');
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
