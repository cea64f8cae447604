/** `inkstone export` through the command line: the file, the check, and what it refuses. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeOnnx } from 'inkstone-detect';
import { describe, expect, it } from 'vitest';
import { writeCheckpoint } from './checkpoint-file.js';
import { INKSTONE } from './program.js';
import { temporaryFolder, writeImage } from './receipt-folder.js';

/** A folder with a checkpoint of a fresh network, for images of 64 pixels. */
function folderWithCheckpoint(): string {
  const folder = temporaryFolder();
  writeCheckpoint(join(folder, 'best.safetensors'), ['data.size=64']);
  return folder;
}

const exportIn = (cwd: string, ...args: string[]) =>
  spawnSync(process.execPath, [INKSTONE, 'export', '--checkpoint', 'best.safetensors', ...args], {
    cwd,
    encoding: 'utf8',
  });

describe('inkstone export', () => {
  it('writes the file, compares it with the checkpoint on pictures, and leaves what is there alone', async () => {
    const folder = folderWithCheckpoint();
    await writeImage(join(folder, 'a.png'), 120, 90);
    const set = ['--set', 'model.postprocess.box_threshold=0.4'];
    const done = exportIn(folder, '--output', 'out/model.onnx', '--verify', 'a.png', '--json', ...set);
    expect(done.stderr).toBe('');
    expect(done.status).toBe(0);
    const { checks, bytes } = JSON.parse(done.stdout);
    expect(checks).toEqual([{ image: 'a.png', largestDifference: expect.any(Number) }]);
    expect(checks[0].largestDifference).toBeLessThan(1e-4);
    const file = readFileSync(join(folder, 'out/model.onnx'));
    expect(file.length).toBe(bytes);
    expect(describeOnnx(file)).toMatchObject({ size: 64, postprocess: { boxThreshold: 0.4 } });

    const again = exportIn(folder, '--output', 'out/model.onnx', '--fp16');
    expect(again.stderr).toBe('error: out/model.onnx: is there already; choose another name\n');
    expect(again.status).toBe(2);
    expect(readFileSync(join(folder, 'out/model.onnx'))).toEqual(file);
  }, 120_000);

  it('refuses a name that is no ONNX file, and pictures that are not there, before it writes anything', () => {
    const folder = folderWithCheckpoint();
    const name = exportIn(folder, '--output', 'best.safetensors');
    expect(name.stderr).toBe('error: --output best.safetensors: must end with .onnx\n');
    expect(name.status).toBe(2);
    const pictures = exportIn(folder, '--output', 'model.onnx', '--verify', 'none.png');
    expect(pictures.stderr).toBe('error: none.png: no picture is there\n');
    expect(pictures.status).toBe(2);
    expect(existsSync(join(folder, 'model.onnx'))).toBe(false);
  }, 120_000);
});
