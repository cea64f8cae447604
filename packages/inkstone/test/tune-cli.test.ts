/** `inkstone tune` on the published detector: what it writes is what the other commands use from then on. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../src/nn/index.js';
import { PUBLISHED } from '../src/runs/weights.js';
import { INKSTONE } from './program.js';

let folder: string;

function inkstone(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [INKSTONE, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-tune-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DATA = [
  'data.size=320',
  'data.num_workers=0',
  'data.synthetic.train_count=1',
  'data.synthetic.val_count=2',
];
const CHECKPOINT = 'tuned.safetensors';

const testFigures = () => JSON.parse(inkstone('test', '--checkpoint', CHECKPOINT, '--json', ...DATA));
const tune = (...args: string[]) =>
  JSON.parse(inkstone('tune', '--metric', 'iou', '--json', ...args, ...DATA));

describe('inkstone tune', () => {
  it('promises what test then measures, and writes it, and nothing else, into the checkpoint', () => {
    // Few texts are that clear: the settings can become better.
    const faint = 'model.postprocess.box_threshold=0.95';
    const { before, after } = tune('--checkpoint', PUBLISHED, '--output', CHECKPOINT, faint);
    expect(before.postprocess.box_threshold).toBe(0.95);
    expect(after.figures.hmean_iou).toBeGreaterThan(before.figures.hmean_iou);
    const again = testFigures();
    for (const [name, value] of Object.entries(after.figures)) {
      expect([name, again[`test/${name}`]]).toEqual([name, value]);
    }

    const file = join(folder, CHECKPOINT);
    const bytes = readFileSync(file);
    tune('--checkpoint', CHECKPOINT, '--dry-run', faint);
    expect(readFileSync(file).equals(bytes)).toBe(true);

    const { tensors, metadata } = readSafetensors(file);
    const tuned = tune('--checkpoint', CHECKPOINT, faint).after.postprocess;
    const written = readSafetensors(file);
    expect(written.tensors).toEqual(tensors);
    const description = JSON.parse(metadata.inkstone!);
    description.model.postprocess = tuned;
    expect(JSON.parse(written.metadata.inkstone!)).toEqual(description);

    const copy = ['--output', 'copy.safetensors', '--metric', 'iou'];
    expect(inkstone('tune', '--checkpoint', CHECKPOINT, ...copy, ...DATA, faint)).toMatch(
      /\ncopy\.safetensors holds them now/,
    );
  }, 300_000);

  it.each([
    [[], /@gutenye\/ocr-models is not ours to write into; name a new checkpoint with --output/],
    [['--output', 'there.safetensors'], /error: there\.safetensors: is there already; choose another name/],
    [['--output', 'model.onnx'], /--output model\.onnx: must end with \.safetensors/],
  ])('refuses before it works to write where it must not: %s', (args, message) => {
    writeFileSync(join(folder, 'there.safetensors'), 'mine');
    expect(() => inkstone('tune', '--checkpoint', PUBLISHED, ...args, ...DATA)).toThrow(message);
    expect(readFileSync(join(folder, 'there.safetensors'), 'utf8')).toBe('mine');
  });
});
