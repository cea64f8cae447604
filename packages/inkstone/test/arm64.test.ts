/** The kernels for arm64 under an emulator, where this machine has one. `npm run test:arm64` runs all of their tests. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = new URL('../../../scripts/test-arm64.mjs', import.meta.url);
const { missingForArm64 } = (await import(script.href)) as { missingForArm64(): string | undefined };

it('computes the same with NEON as on the reference backend', { timeout: 900_000 }, ({ skip }) => {
  const missing = missingForArm64();
  if (missing !== undefined) skip(`nothing to compile and run arm64 with: ${missing}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(script), '--quick'], {
    encoding: 'utf8',
  });
  if (stderr.includes('npm could not fetch')) skip(stderr.trim());
  expect(status, `${stdout}\n${stderr}`).toBe(0);
});
