import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dataSchema, datasetSchema } from './options.js';

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

describe('the options of data', () => {
  it('say of every key in plain English what it does', () => {
    const silent: string[] = [];
    const visit = ({ properties = {} }: JsonSchema, path: string) => {
      for (const [key, child] of Object.entries(properties)) {
        if (!/^[A-Za-z0-9].*\.$/s.test(child.description ?? '')) silent.push(`${path}.${key}`);
        visit(child, `${path}.${key}`);
      }
    };
    visit(z.toJSONSchema(dataSchema, { io: 'input' }) as JsonSchema, 'data');
    expect(silent).toEqual([]);
  });

  it('have the defaults that users know', () => {
    expect(datasetSchema.parse({ root: 'receipts' })).toEqual({
      name: 'icdar',
      root: 'receipts',
      size: 640,
      pad: 'batch',
      on_error: 'fail',
      max_skipped: 0.05,
      preload_images: false,
      load_maps: false,
      num_workers: 1,
      prefetch: 2,
      val_fraction: 0.1,
      split_seed: 0,
      polygon_points: 4,
      synthetic: { train_count: 400, val_count: 100, seed: 0, size: 900, difficulty: 0.7 },
      augment: {
        enabled: true,
        source_scale: 1,
        flip: { probability: 0.5 },
        rotate: { probability: 0.25, degrees: 3 },
        scale: { probability: 0.5, min: 0.8, max: 1.25 },
        crop: { size: null, attempts: 10 },
        color: { probability: 0.3, brightness: 0.25, contrast: 0.25, saturation: 0.25 },
        blur: { probability: 0, max_sigma: 1 },
      },
      targets: { shrink_ratio: 0.7, threshold_min: 0.3, threshold_max: 0.7, min_text_size: 3 },
    });
  });

  it('may be given in part, group by group', () => {
    const { augment } = datasetSchema.parse({ root: 'receipts', augment: { rotate: { degrees: 10 } } });
    expect(augment.rotate).toEqual({ probability: 0.25, degrees: 10 });
    expect(augment.flip).toEqual({ probability: 0.5 });
  });
});
