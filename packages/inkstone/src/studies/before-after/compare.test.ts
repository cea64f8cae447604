import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeIcdar } from '../../../test/receipt-folder.js';
import { createNetwork } from '../../detection/index.js';
import { encodeSafetensors } from '../../nn/safetensors.js';
import { loadRunConfig } from '../../runs/index.js';
import { planBeforeAfter } from './compare.js';

/** A run from weights of its own, in a folder with a data set; the pictures of `other` are of another size. */
async function setting(...overrides: string[]) {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  await writeIcdar(data, 'train', [{ id: 't', width: 100, height: 60 }]);
  await writeIcdar(data, 'val', [{ id: 'v', width: 110, height: 60 }]);
  await writeIcdar(join(folder, 'other'), 'test', [{ id: 'o', width: 120, height: 60 }]);
  const best = join(folder, 'runs/dbnet/checkpoints/best.safetensors');
  const { config } = loadRunConfig({
    overrides: [
      ...['data=icdar', `data.root=${data}`, `runs_dir=${join(folder, 'runs')}`, `init_from=${best}`],
      ...['before_after.metric=iou', ...overrides.map((text) => text.replace('@', `${folder}/`))],
    ],
  });
  mkdirSync(join(folder, 'runs/dbnet/checkpoints'), { recursive: true });
  writeFileSync(best, encodeSafetensors({ tensors: createNetwork(config.model).stateDict(), metadata: {} }));
  return { folder, plan: (isOverwriting = false) => planBeforeAfter(config, isOverwriting, () => {}) };
}

describe('planBeforeAfter', () => {
  it('finds the sets that are judged, and is nothing when it is switched off', async () => {
    const { folder, plan } = await setting('before_after.also=[@other]');
    const root = join(folder, 'other');
    expect(await plan()).toMatchObject({
      metric: 'iou',
      sets: [{ name: root, split: 'val', data: { root } }],
    });
    expect(await (await setting('before_after=null')).plan()).toBeUndefined();
  });

  it.each([
    [
      'before_after.also=[@nowhere]',
      /^before_after\.also: .*nowhere: there is no such data set; name its folder/,
    ],
    [
      'before_after.also=[@runs]',
      /^before_after\.also: .*runs: no usable train sample; expected .* for data=icdar$/,
    ],
    [
      'before_after.also=[@data]',
      /^before_after\.also: .*data: 1 picture of it stands in the run's own data set/,
    ],
    [
      'init_from=null',
      /^before_after compares with the weights that a run starts from, and init_from is null; /,
    ],
    ['init_from=@other', /other: has no checkpoint in it$/],
    ['callbacks.checkpoint=null', /^before_after judges the best .*, and callbacks\.checkpoint is null; /],
  ])('refuses %s before the run begins', async (override, message) => {
    await expect((await setting(override)).plan()).rejects.toThrow(message);
  });

  it('says to a run that goes on how to do without weights that are gone', async () => {
    await expect((await setting('init_from=@gone', 'resume=last')).plan()).rejects.toThrow(
      /gone: no such checkpoint.*; to go on without comparison, set before_after=null$/,
    );
  });

  it('refuses weights that the run would write over', async () => {
    const { plan } = await setting();
    await expect(plan(true)).rejects.toThrow(/best\.safetensors, which the run itself writes over/);
    expect(await plan(false)).toBeDefined();
  });
});
