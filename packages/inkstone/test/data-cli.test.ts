/** What `inkstone train` says and keeps of a user's own data, through the command line. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INKSTONE } from './program.js';
import { temporaryFolder, writeIcdar } from './receipt-folder.js';

const SMALL = ['data.size=64', 'data.num_workers=0', 'trainer.max_epochs=1', 'batch_size=2'];

async function folderOfReceipts(): Promise<string> {
  const folder = temporaryFolder();
  for (const [split, count] of [
    ['train', 4],
    ['val', 2],
  ] as const) {
    const samples = Array.from({ length: count }, (_, i) => ({
      id: `${split}${i}`,
      width: 96 + 8 * i,
      height: 96,
    }));
    await writeIcdar(join(folder, 'data'), split, samples);
  }
  return folder;
}

const train = (cwd: string, ...args: string[]) =>
  spawnSync(process.execPath, [INKSTONE, 'train', ...SMALL, ...args], { cwd, encoding: 'utf8' });

describe('inkstone train on data with mistakes', () => {
  it('says first what it trains on, and lists in the run folder what it left out', async () => {
    const folder = await folderOfReceipts();
    appendFileSync(join(folder, 'data/train/gt/train0.txt'), '20,50,80,60,80,50,20,60,CROSSED\n');
    writeFileSync(join(folder, 'data/val/gt/val1.txt'), '20,20,80,40,TOTAL\n');
    const data = ['data=icdar', 'data.root=data', 'data.on_error=skip', 'data.max_skipped=0.5'];
    const { status, stdout, stderr } = train(folder, ...data);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.split('\n')[0]).toBe(
      `[INFO] train: 4 images with 4 texts and 1 ignored from ${join(folder, 'data')} (data=icdar); unusable: 0 images left out, 1 text ignored`,
    );
    expect(stdout).toContain('[INFO] val: 1 image with 1 text and 0 ignored from');
    const skipped = readFileSync(join(folder, 'runs/dbnet/skipped.jsonl'), 'utf8');
    expect(
      skipped
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        split: 'train',
        path: 'data/train/gt/train0.txt',
        line: 2,
        reason: expect.stringContaining('crosses itself'),
        outcome: 'text ignored',
      },
      {
        split: 'val',
        path: 'data/val/gt/val1.txt',
        line: 1,
        reason: expect.stringContaining('look like a rectangle'),
        outcome: 'image left out',
      },
    ]);
  });

  it('stops before a run folder is made when most of it is unusable', async () => {
    const folder = await folderOfReceipts();
    for (const i of [0, 1, 2]) writeFileSync(join(folder, `data/train/gt/train${i}.txt`), '20,20,80,40\n');
    const { status, stderr } = train(folder, 'data=icdar', 'data.root=data', 'data.on_error=skip');
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^error: data: 3 of 4 train images are unusable: .*\n3 × a line is not x1,y1.*\n$/,
    );
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  it('draws no receipts into a folder of the user when data= is forgotten', async () => {
    const folder = await folderOfReceipts();
    writeFileSync(join(folder, 'mine.yaml'), 'data:\n  root: data\n');
    const { status, stderr } = train(folder, '--config', 'mine.yaml');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: data: is not a folder of drawn receipts, .*set data=icdar, .*\n$/);
    expect(readdirSync(join(folder, 'data')).sort()).toEqual(['train', 'val']);
  });
});
