/** What `inkstone init` writes, with each recipe. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeIcdar } from '../../../test/receipt-folder.js';
import { loadRunConfig } from '../../runs/index.js';
import { startingConfig } from './index.js';

/** Shrink ratios of the targets and of the boxes, with the file for pictures that have these texts. */
async function ratiosOf(lines: string[], ...overrides: string[]): Promise<[number, number]> {
  const folder = temporaryFolder();
  for (const split of ['train', 'val']) {
    await writeIcdar(folder, split, [{ id: split, width: 400, height: 600, lines }]);
  }
  const configFile = join(folder, 'inkstone.yaml');
  writeFileSync(configFile, (await startingConfig(folder)).yaml);
  const { data, model } = loadRunConfig({ configFile, overrides }).config;
  return [data.targets.shrink_ratio, model.postprocess.shrink_ratio];
}

describe('the configuration to start from', () => {
  it('leaves the shrink ratios to the recipe where its own suit the data', async () => {
    const lines = ['20,20,80,20,80,40,20,40,TOTAL'];
    expect(await ratiosOf(lines)).toEqual([0.7, 0.66]);
    expect(await ratiosOf(lines, 'recipe=finetune')).toEqual([0.6, 0.6]);
  }, 60_000);

  it('makes boxes for the ratio that it trains with', async () => {
    const crowded = ['20,20,123,20,123,40,20,40,A', '117,20,220,20,220,40,117,40,B'];
    expect(await ratiosOf(crowded)).toEqual([0.4, 0.4]);
    expect(await ratiosOf(crowded, 'recipe=finetune')).toEqual([0.4, 0.4]);
  }, 60_000);
});
