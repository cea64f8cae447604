import { expect, it, onTestFinished, vi } from 'vitest';
import { InputError, WorkerPool } from '../../system/index.js';
import { Drafter } from './drafter.js';
import type { LabelFolder } from './label-folder.js';

it('outlives labels that cannot be read for a while', async () => {
  let looked = 0;
  const folder = {
    names: () => ['a.png'],
    held: () => {
      looked += 1;
      throw new InputError('labels.json: is no JSON, or was cut off');
    },
  } as unknown as LabelFolder;
  const drafter = new Drafter(folder, 'no-model');
  onTestFinished(() => drafter.close());
  await drafter.work();
  await drafter.work();
  expect(looked).toBe(2);
});

it('goes on when the labels could not be read just when a picture was done', async () => {
  vi.spyOn(WorkerPool.prototype, 'run').mockResolvedValue({ texts: [], doubt: 0 });
  onTestFinished(() => void vi.restoreAllMocks());
  let saved = 0;
  const folder = {
    names: () => ['a.png'],
    fileOf: () => 'a.png',
    held: () => ({ state: saved < 2 ? 'new' : 'draft' }),
    saveDraft: () => {
      saved += 1;
      if (saved === 1) throw new InputError('labels.json: is no JSON, or was cut off');
    },
  } as unknown as LabelFolder;
  const drafter = new Drafter(folder, 'no-model');
  onTestFinished(() => drafter.close());
  await drafter.work();
  expect(drafter.view()).toMatchObject({ waiting: 1, problem: null });
  await drafter.work();
  expect(drafter.view()).toMatchObject({ waiting: 0, problem: null });
});
