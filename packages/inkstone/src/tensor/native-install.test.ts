import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { addonIsBuilt } from '../../test/addon.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const NO_COMPILER = '/nonexistent/c++';
/** node-gyp configures twice here, which takes seconds on a busy machine. */
const PATIENCE_MS = 120_000;

let folder: string | undefined;

afterEach(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Runs the install script on a copy of the native sources, on a machine that has no compiler. */
function install(...options: string[]) {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-install-'));
  for (const name of ['binding.gyp', 'native', 'scripts', 'package.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  const run = spawnSync(process.execPath, [join(folder, 'scripts/install-native.mjs'), ...options], {
    encoding: 'utf8',
    env: { ...process.env, CC: NO_COMPILER, CXX: NO_COMPILER },
  });
  return {
    status: run.status,
    sentences: run.stderr.trim().split('\n'),
    log: join(folder, 'build/install.log'),
  };
}

it('without a compiler npm ci goes on, says so in one sentence and names the log', {
  timeout: PATIENCE_MS,
}, () => {
  const { status, sentences, log } = install();
  expect(status).toBe(0);
  expect(sentences).toHaveLength(1);
  expect(sentences[0]).toContain('the slow reference backend will run');
  expect(sentences[0]).toContain(log);
  expect(existsSync(log) && readFileSync(log, 'utf8')).toContain(NO_COMPILER);
});

it('npm run build:native fails when it cannot build', { timeout: PATIENCE_MS }, () => {
  expect(install('--strict').status).toBe(1);
});

it.skipIf(!addonIsBuilt)('an instruction set that does not exist is named when the backend loads', () => {
  const script = `
    const { loadNativeBackend } = await import('./src/tensor/native.ts');
    try { loadNativeBackend(); } catch (error) {
      console.log(error.exitCode, error.message);
    }`;
  const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, INKSTONE_ISA: 'pentium' },
  });
  expect(run.stdout).toMatch(/^2 INKSTONE_ISA=pentium: there is no such instruction set/);
});
