import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { evaluateCommand } from './evaluate.js';

let root: string;
let printed: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'inkstone-evaluate-'));
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true, force: true });
});

async function zip(name: string, files: Record<string, string>): Promise<string> {
  const path = join(root, name);
  const entries = Object.entries(files).map(([file, text]) => [file, strToU8(text)]);
  await writeFile(path, zipSync(Object.fromEntries(entries)));
  return path;
}

async function run(...words: string[]): Promise<string> {
  await evaluateCommand().exitOverride().parseAsync(words, { from: 'user' });
  return printed.join('\n');
}

describe('inkstone evaluate', () => {
  const quad = '0,0,40,0,40,10,0,10';

  it('prints JSON, or lines for people', async () => {
    const gt = await zip('gt.zip', { 'gt_1.txt': `${quad},four`, 'gt_2.txt': `${quad},four` });
    const pred = await zip('pred.zip', { 'res_1.txt': quad });
    const json = JSON.parse(await run('--gt', gt, '--pred', pred, '--json'));
    expect(json).toMatchObject({ metric: 'cleval', recall: 0.5, precision: 1, imagesWithoutResult: ['2'] });
    printed = [];
    const text = await run('--gt', gt, '--pred', pred, '--metric', 'iou', '--per-image');
    expect(text).toMatch(/IoU > 0\.5 on 2 images\n {2}H-mean {5}0\.6667/);
    expect(text).toMatch(/10 to 15 pixels +2 +0\.5000/);
    expect(text).toMatch(/without a result file.*: 2\n/);
    expect(text).toMatch(/0\.0000 {2}0\.0000 {2}0\.0000 {2}2$/);
  });

  it('prints names of images in a line of their own, without what would move the cursor', async () => {
    const gt = await zip('gt.zip', { 'gt_a\x1b[2J\nb.txt': `${quad},four` });
    const pred = await zip('pred.zip', { 'res_a\x1b[2J\nb.txt': quad, 'res_x\u202ey.txt': quad });
    const text = await run('--gt', gt, '--pred', pred, '--per-image');
    expect(text).toContain('1.0000  a\\x1b[2J\\nb');
    expect(text).toContain('left out: x\\u202ey');
    expect(text).not.toContain('\x1b');
  });

  it('names the file at fault', async () => {
    const gt = await zip('gt.zip', { 'gt_1.txt': 'hello' });
    await expect(run('--gt', gt, '--pred', gt)).rejects.toThrow(/gt\.zip\/gt_1\.txt:1: expected/);
  });
});
