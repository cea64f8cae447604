/** What is made from the schema of the configuration is current, and editors are told what the command line would say. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { GENERATED } from '../../../scripts/docs.js';
import { BUILT_IN_CONFIGS, fileSchema, schemaKeys } from '../src/config/index.js';
import { runConfigSchema } from '../src/runs/index.js';

describe('npm run docs', () => {
  it.each(Object.entries(GENERATED))('has written %s as it is now', (file, make) => {
    expect(readFileSync(file, 'utf8')).toBe(make());
  });
});

describe('docs/configuration.md', () => {
  it('has a row for every key that takes a value', () => {
    const [guide] = Object.entries(GENERATED).find(([file]) => file.endsWith('configuration.md'))!;
    const text = readFileSync(guide, 'utf8');
    const missing = [...schemaKeys(runConfigSchema)].filter(
      ([key, { isMap }]) => !isMap && !text.includes(`\n| \`${key}\` | `),
    );
    expect(missing).toEqual([]);
  });
});

describe('configs/schema.json', () => {
  const schema = z.fromJSONSchema(fileSchema(runConfigSchema) as Parameters<typeof z.fromJSONSchema>[0]);
  const accepts = (yaml: string) => schema.safeParse(parse(yaml)).success;

  it('takes the root files that come with Inkstone', () => {
    const roots = readdirSync(BUILT_IN_CONFIGS).filter((name) => name.endsWith('.yaml'));
    expect(roots).toContain('demo.yaml');
    for (const name of roots) {
      expect({ name, taken: accepts(readFileSync(join(BUILT_IN_CONFIGS, name), 'utf8')) }).toEqual({
        name,
        taken: true,
      });
    }
  });

  it.each([
    'data: { root: receipts }',
    'batch_size: 8\ntrainer: { max_epochs: 3, precision: "16-mixed" }',
    'optimizer: { lr: 0.001 }',
    'optimizer: { name: sgd, momentum: 0.5 }',
    'model: { postprocess: { shrink_ratio: "${data.targets.shrink_ratio}", unclip_ratio: 1.5 } }',
    'callbacks: { early_stopping: { patience: 3 }, overlays: null }',
    'data: { cache_config: { max_bytes: { disk: 50GB } }, cache_splits: [val] }',
    'seed: "${oc.env:SEED,1}"',
  ])('takes %s', (yaml) => {
    expect(accepts(yaml)).toBe(true);
  });

  it.each([
    'epochs: 3',
    'batch_size: 0',
    'batch_size: four',
    'trainer: { precision: fp16 }',
    'optimizer: { name: adamax }',
    'data: { roots: receipts }',
    'data: { cache_config: { max_bytes: { disk: 50apples } } }',
  ])('refuses %s', (yaml) => {
    expect(accepts(yaml)).toBe(false);
  });
});
