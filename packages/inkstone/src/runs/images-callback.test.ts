import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder, writeImage } from '../../test/receipt-folder.js';
import type { SampleInfo } from '../data/index.js';
import type { Run } from '../training/index.js';
import { judgedImage, readImageRows } from './image-rows.js';
import { ImagesCallback } from './images-callback.js';
import { RunFolder } from './run-folder.js';

async function started(options: ImagesCallback['options']) {
  const runs = temporaryFolder();
  const imagePath = join(runs, 'picture.png');
  await writeImage(imagePath, 100, 60);
  const folder = await RunFolder.create(join(runs, 'mine'), { overwrite: false, say: () => {} });
  const callback = new ImagesCallback(folder, options);
  const logged: string[] = [];
  const said: string[] = [];
  const terminal = { line: (line: string) => said.push(line) };
  const run = { step: 7, logImage: (name: string) => logged.push(name), terminal } as unknown as Run;
  const note = (id: string, hmean: number) => {
    const sample = { id, imagePath, instances: [] } as unknown as SampleInfo;
    callback.note(judgedImage(sample, [], { hmean, hmean_iou: hmean, hmean_deteval: hmean }));
  };
  const rows = () => readImageRows(join(folder.path, 'val-images.json'));
  const pictures = () => readdirSync(folder.overlays).sort();
  return { folder, callback, run, note, logged, rows, pictures, imagePath, said };
}

it('draws pictures whose names are alike but for their folder into files of their own', async () => {
  const { folder, callback, run, note, logged, pictures } = await started({ images: 4, worst: 0 });
  for (const id of ['a/b', 'a_b', 'a_b-2']) note(id, 1);
  await callback.onFitEnd(run);
  folder.release();
  expect(pictures()).toEqual(['a_b-2-2.png', 'a_b-2.png', 'a_b.png']);
  expect(new Set(logged).size).toBe(3);
});

it('says of every image of the last validation how it came out, and draws the first and the worst', async () => {
  const { folder, callback, run, note, rows, pictures } = await started({ images: 1, worst: 2 });
  note('of the sanity check', 0);
  callback.onValidationStart();
  for (const [id, hmean] of [
    ['a', 0.9],
    ['b', 0.2],
    ['c', 0.8],
    ['d', 0.1],
    ['e', 0.5],
  ] as const)
    note(id, hmean);
  callback.onValidationEnd(run);
  expect(rows().images.map(({ id, hmean, picture }) => [id, hmean, picture])).toEqual([
    ['a', 0.9, null],
    ['b', 0.2, null],
    ['c', 0.8, null],
    ['d', 0.1, null],
    ['e', 0.5, null],
  ]);
  await callback.onFitEnd(run);
  folder.release();
  expect(rows().step).toBe(7);
  expect(rows().images.map(({ picture }) => picture)).toEqual(['a.png', 'b.png', null, 'd.png', null]);
  expect(pictures()).toEqual(['a.png', 'b.png', 'd.png']);
});

it('draws nothing where that is switched off', async () => {
  const { folder, callback, run, note, rows } = await started(null);
  callback.onValidationStart();
  note('a', 1);
  callback.onValidationEnd(run);
  await callback.onFitEnd(run);
  folder.release();
  expect(rows().images).toHaveLength(1);
  expect(readdirSync(folder.path)).toEqual(['val-images.json']);
});

it('ends a run whose picture is not there any more, with a word', async () => {
  const { folder, callback, run, note, rows, imagePath, said } = await started({ images: 4, worst: 0 });
  note('a', 1);
  callback.onValidationEnd(run);
  rmSync(imagePath);
  await callback.onFitEnd(run);
  folder.release();
  expect(rows().images.map(({ picture }) => picture)).toEqual([null]);
  expect(said).toEqual([
    expect.stringMatching(/^\[WARN\] .*picture\.png: cannot read the image: .*; it is not drawn$/),
  ]);
});
