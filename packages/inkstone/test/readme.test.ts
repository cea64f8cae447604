/** The program that the README shows does what it says. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { createNetwork } from '../src/detection/index.js';
import { encodeSafetensors } from '../src/nn/index.js';
import { loadRunConfig } from '../src/runs/index.js';
import { describeModel } from '../src/runs/load-model.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'inkstone-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the README’s program prints a line for each text', async () => {
  const program = /```js\n(\/\/ find\.mjs[\s\S]*?)```/.exec(
    readFileSync(path('../../../README.md'), 'utf8'),
  )![1]!;
  writeFileSync(join(folder, 'find.mjs'), program);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(path('..'), join(folder, 'node_modules/inkstone'));

  // An untrained network, with thresholds at which the whole picture is a text.
  const { config } = loadRunConfig({
    overrides: ['data.size=64', 'model.postprocess.threshold=0', 'model.postprocess.box_threshold=0'],
  });
  const network = createNetwork(config.model);
  const about = { model: describeModel(config, network), step: 0, metrics: {} };
  const checkpoint = { tensors: network.stateDict(), metadata: { inkstone: JSON.stringify(about) } };
  mkdirSync(join(folder, 'runs/mine/checkpoints'), { recursive: true });
  writeFileSync(join(folder, 'runs/mine/checkpoints/best.safetensors'), encodeSafetensors(checkpoint));
  const create = { width: 64, height: 64, channels: 3, background: 'white' } as const;
  await sharp({ create }).png().toFile(join(folder, 'receipt.png'));

  const run = spawnSync(process.execPath, ['find.mjs', 'receipt.png'], { cwd: folder, encoding: 'utf8' });
  expect(run.status).toBe(0);
  expect(run.stdout).toMatch(/^(\d\.\d\d( -?\d+,-?\d+){4}\n)+$/);
});
