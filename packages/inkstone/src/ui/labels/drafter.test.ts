import { expect, it, onTestFinished } from 'vitest';
import { InputError } from '../../system/index.js';
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
