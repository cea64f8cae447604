import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addonIsBuilt } from '../../test/addon.js';
import { VERSION } from '../system/index.js';

const core = fileURLToPath(new URL('../..', import.meta.url));
const addon = join(core, 'build/Release/inkstone.node');
const READY_MADE = `inkstone-${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`;

/** An installation with the compiled code and nothing native, whose packages are the workspace's. */
let installed: string;
beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), 'inkstone-addon-'));
  installed = join(root, 'node_modules/inkstone');
  for (const name of ['dist', 'package.json'])
    cpSync(join(core, name), join(installed, name), { recursive: true });
  mkdirSync(join(installed, 'node_modules'));
  symlinkSync(join(core, '../../node_modules/zod'), join(installed, 'node_modules/zod'));
});
afterEach(() => rmSync(join(installed, '../..'), { recursive: true, force: true }));

function addReadyMade(version: string, from: string) {
  const folder = join(installed, '..', READY_MADE);
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: READY_MADE, version, main: 'inkstone.node' }),
  );
  cpSync(from, join(folder, 'inkstone.node'));
  return join(folder, 'inkstone.node');
}

function addCompiled(from: string) {
  mkdirSync(join(installed, 'build/Release'), { recursive: true });
  cpSync(from, join(installed, 'build/Release/inkstone.node'));
  return join(installed, 'build/Release/inkstone.node');
}

/** The addon's path, or why there is none. */
function load(): string {
  const script = `
    const { addonPath } = await import('./dist/tensor/native-addon.js');
    try { console.log(addonPath()); } catch (error) { console.log(error.message); }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: installed,
    encoding: 'utf8',
  });
  return stdout.trim();
}

describe('the addon', () => {
  it('is missed in one line that says where it was looked for and how to get it', () => {
    expect(load()).toBe(
      'the native kernels could not be loaded (npx inkstone build compiles them): ' +
        `none were compiled here; the package ${READY_MADE} is not installed`,
    );
  });

  it('of another version is not loaded', () => {
    addReadyMade('0.0.1', join(core, 'package.json'));
    expect(load()).toContain(`the package ${READY_MADE} has version 0.0.1, not ${VERSION}`);
  });

  it.skipIf(!addonIsBuilt)('comes from the platform’s package', () => {
    expect(load()).toContain('not installed');
    const path = addReadyMade(VERSION, addon);
    expect(load()).toBe(path);
  });

  it.skipIf(!addonIsBuilt)('that was compiled here comes first, unless it cannot be loaded', () => {
    const readyMade = addReadyMade(VERSION, addon);
    const compiled = addCompiled(addon);
    expect(load()).toBe(compiled);
    addCompiled(join(core, 'package.json'));
    expect(load()).toBe(readyMade);
  });
});
