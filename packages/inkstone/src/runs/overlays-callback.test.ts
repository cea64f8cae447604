import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder, writeImage } from '../../test/receipt-folder.js';
import type { SampleInfo } from '../data/index.js';
import type { Run } from '../training/index.js';
import { OverlaysCallback } from './overlays-callback.js';

it('draws pictures whose names are alike but for their folder into files of their own', async () => {
  const folder = temporaryFolder();
  const imagePath = join(folder, 'picture.png');
  await writeImage(imagePath, 100, 60);
  const overlays = new OverlaysCallback({ images: 4 }, join(folder, 'overlays'));
  for (const id of ['a/b', 'a_b', 'a_b-2']) {
    overlays.note({ id, imagePath, instances: [] } as unknown as SampleInfo, []);
  }
  const logged: string[] = [];
  const run = { logImage: (name: string) => logged.push(name) } as unknown as Run;
  await overlays.onFitEnd(run);
  expect(readdirSync(join(folder, 'overlays')).sort()).toEqual(['a_b-2-2.png', 'a_b-2.png', 'a_b.png']);
  expect(new Set(logged).size).toBe(3);
});
