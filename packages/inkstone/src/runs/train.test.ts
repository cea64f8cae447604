import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { temporaryFolder, writeIcdar } from '../../test/receipt-folder.js';
import { Dataset } from '../data/index.js';
import { Terminal } from '../tracking/index.js';
import { loadRunConfig } from './config.js';
import { train } from './train.js';

afterEach(() => vi.restoreAllMocks());

it('a run whose val cannot be read closes its train again', async () => {
  const root = temporaryFolder();
  for (const split of ['train', 'val'])
    await writeIcdar(root, split, [{ id: split, width: 120, height: 90 }]);
  rmSync(join(root, 'val', 'gt', 'val.txt'));
  const { config } = loadRunConfig({
    overrides: [
      'data=icdar',
      `data.root="${root}"`,
      `data.cache_config.root="${join(root, 'cache')}"`,
      `runs_dir="${join(root, 'runs')}"`,
    ],
  });
  const closed = vi.spyOn(Dataset.prototype, 'closeCache');
  await expect(train(config, { terminal: Terminal.silent() })).rejects.toThrow(/val\.jpg: has no label file/);
  expect(closed).toHaveBeenCalledTimes(1);
});
