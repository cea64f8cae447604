import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { temporaryFolder, writeIcdar } from '../../test/receipt-folder.js';
import { Dataset } from '../data/index.js';
import { profileCache } from './cache-tasks.js';
import { loadRunConfig } from './config.js';

afterEach(() => vi.restoreAllMocks());

it('a profile measures reading, whatever training holds in memory', async () => {
  const root = temporaryFolder();
  await writeIcdar(root, 'train', [{ id: '1', width: 120, height: 90 }]);
  const preload = vi.spyOn(Dataset.prototype, 'preload');
  const place = JSON.stringify(join(temporaryFolder(), 'cache'));
  const { config } = loadRunConfig({
    overrides: [
      'data=icdar',
      `data.root="${root}"`,
      'data.preload_images=true',
      `data.cache_config.root=${place}`,
    ],
  });
  expect(await profileCache(config, 1)).toMatchObject({ samples: 1 });
  expect(preload).not.toHaveBeenCalled();
});
