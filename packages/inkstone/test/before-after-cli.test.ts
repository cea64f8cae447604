/** The comparison at the end of `train recipe=finetune`: its figures are those that `test` gives, and mistakes are said before. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureSyntheticDataset, syntheticSchema } from '../src/data/synthetic/dataset.js';
import { figureName, METRICS } from '../src/metrics/index.js';
import { PUBLISHED } from '../src/runs/weights.js';
import { type BeforeAfter, beforeAfterResultSchema } from '../src/studies/index.js';
import { INKSTONE } from './program.js';

// Whole runs are started, maybe on a machine that is busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let folder: string;
/** Receipts to train on, and others: folders of train and val, below `folder`. */
let own: string;
let other: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-before-after-'));
  const draw = (seed: number) => {
    const settings = syntheticSchema.parse({ seed, train_count: 2, val_count: 2, size: 320 });
    return ensureSyntheticDataset(join(folder, 'drawn'), settings, { workers: 0 });
  };
  own = await draw(1);
  other = await draw(2);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = (root: string) => ['data=icdar', `data.root=${root}`, 'data.size=320', 'data.num_workers=0'];
// A rate that ruins the detector in few steps, so that there is something to see.
const finetune = (name: string, ...overrides: string[]) => [
  ...['train', 'recipe=finetune', ...data(own), `exp_name=${name}`, 'batch_size=1'],
  ...['trainer.max_epochs=2', 'schedule.warmup_steps=1', 'optimizer.lr=0.001', 'ema_decay=0', ...overrides],
];

function inkstone(...args: readonly string[]) {
  return spawnSync(process.execPath, [INKSTONE, ...args], { cwd: folder, encoding: 'utf8' });
}

const fileOf = (name: string) => join(folder, 'runs', name, 'before-after.json');
const resultOf = (name: string): BeforeAfter =>
  beforeAfterResultSchema.parse(JSON.parse(readFileSync(fileOf(name), 'utf8')));

function testFigures(checkpoint: string, root: string, ...overrides: string[]) {
  const result = inkstone('test', '--checkpoint', checkpoint, '--json', ...data(root), ...overrides);
  const figures = JSON.parse(result.stdout);
  return Object.fromEntries(METRICS.map(({ name }) => [name, figures[`test/${figureName('hmean', name)}`]]));
}

describe('a run that starts from weights', () => {
  it('ends with a table of what test says of both detectors, each with its own boxes', () => {
    const { stdout, stderr, status } = inkstone(...finetune('whole', `before_after.also=[${other}]`));
    expect([stderr, status]).toEqual(['', 0]);
    const { metric, before, after, sets } = resultOf('whole');
    expect([metric, before.weights]).toEqual(['all', expect.stringContaining(PUBLISHED)]);
    expect(sets.map(({ name, split, images }) => [name, split, images])).toEqual([
      ['val', 'val', 2],
      [other, 'val', 2],
    ]);
    const asBefore = Object.entries(before.postprocess).map(
      ([key, value]) => `model.postprocess.${key}=${value}`,
    );
    for (const [index, root] of [own, other].entries()) {
      expect(testFigures(PUBLISHED, root, ...asBefore)).toEqual(sets[index]?.before);
      // The checkpoint itself says how its boxes are made.
      expect(testFigures('runs/whole', root)).toEqual(sets[index]?.after);
    }
    for (const { name, before, after } of sets) {
      for (const { name: metric, title } of METRICS) {
        const figures = [before[metric], after[metric]].map((figure) => figure.toFixed(4));
        expect(stdout).toContain(`${name}: ${title} H-mean`);
        expect(stdout.split(`${name}: ${title} H-mean`)[1]).toMatch(
          new RegExp(`^ +${figures.join(' +')} +[+-]`),
        );
      }
    }
    expect(sets[1]!.after.iou).toBeLessThan(sets[1]!.before.iou);
    expect(stdout).toMatch(/Forgetting: on .* \(2 images, not trained on\) the detector lost .* H-mean/);
    expect(stdout).toContain(`${after.weights} makes its boxes that way now`);
  });

  it('shows no table when it was interrupted, and one at the end of what goes on', async () => {
    const args = finetune('stopped', 'trainer.max_epochs=200', 'callbacks.early_stopping=null');
    const child = spawn(process.execPath, [INKSTONE, ...args], { cwd: folder });
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
      if (output.includes('epoch 1/200') && !child.killed) child.kill('SIGINT');
    });
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(130);
    expect(output).not.toContain('before and after');
    expect(existsSync(fileOf('stopped'))).toBe(false);

    const resumed = inkstone('resume', 'runs/stopped', 'trainer.max_epochs=1', '--json');
    expect(resumed.status).toBe(0);
    const { before_after: printed } = JSON.parse(resumed.stdout);
    expect(printed).toEqual(resultOf('stopped'));
    expect(printed.sets.map(({ name }: { name: string }) => name)).toEqual(['val']);
  });

  it('is refused before it begins when a second set is not there', () => {
    const { stderr, status } = inkstone(...finetune('refused', 'before_after.also=[nowhere]'));
    expect(stderr).toMatch(/^error: before_after\.also: nowhere: there is no such data set; .*\n$/);
    expect(status).toBe(2);
    expect(existsSync(join(folder, 'runs/refused'))).toBe(false);
  });
});
