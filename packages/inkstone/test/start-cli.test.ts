import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addonIsBuilt } from './addon.js';
import { INKSTONE } from './program.js';

vi.setConfig({ testTimeout: 180_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inkstone = (words: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [INKSTONE, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });

describe('inkstone doctor', () => {
  it.skipIf(!addonIsBuilt)('names the backend, where it comes from, and what it may use', () => {
    const { stdout, status } = inkstone(['doctor', '--no-speed', '--json'], {
      INKSTONE_ISA: 'generic',
      INKSTONE_THREADS: '1',
    });
    expect(status).toBe(0);
    const { backend, cache, missing } = JSON.parse(stdout);
    expect(backend).toEqual({
      name: 'native',
      because: 'the fastest that there is',
      isWanted: true,
      kernels: {
        file: expect.stringMatching(/build\/Release\/inkstone\.node$/),
        instructionSet: 'generic',
        multipliesHalves: false,
        threads: 1,
      },
    });
    expect(cache.folder.startsWith(folder)).toBe(true);
    expect(existsSync(cache.folder)).toBe(false);
    expect(missing).toEqual([]);
  });

  it('says when the slow backend runs, and measures it all the same', () => {
    const { stdout, stderr, status } = inkstone(['doctor'], { INKSTONE_BACKEND: 'reference' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/backend +reference: INKSTONE_BACKEND asks for it/);
    expect(stdout).toMatch(/speed +\S+ s for a training step with one picture of (64|160|320|640) × /);
    expect(status).toBe(1);
  });
});

describe('inkstone init', () => {
  async function makeData() {
    mkdirSync(join(folder, 'my data/images'), { recursive: true });
    mkdirSync(join(folder, 'my data/gt'));
    const picture = await sharp({ create: { width: 400, height: 600, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    for (const id of [1, 2, 3]) {
      writeFileSync(join(folder, `my data/images/${id}.png`), picture);
      writeFileSync(
        join(folder, `my data/gt/${id}.txt`),
        `10,${20 * id},200,${20 * id},200,${20 * id + 40},10,${20 * id + 40},TOTAL\n`,
      );
    }
  }

  it('writes a configuration that trains on the folder', async () => {
    await makeData();
    const { stdout, stderr, status } = inkstone(['init', 'my data']);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toMatch(/^inkstone\.yaml is written: 2 pictures in train, 1 picture in val\.\n/);
    const { stdout: composed } = inkstone(['train', '--config', 'inkstone.yaml', '--cfg']);
    expect(composed).toMatch(/^exp_name: "my-data"$/m);
    expect(composed).toMatch(/^ {2}name: "?icdar"?$/m);
    expect(composed).toMatch(/^ {2}root: "my data"$/m);
  });

  it('makes the folder of the file', async () => {
    await makeData();
    const { stderr, status } = inkstone(['init', 'my data', '--output', 'new/receipts.yaml']);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(existsSync(join(folder, 'new/receipts.yaml'))).toBe(true);
  });

  it('replaces a file only with --overwrite', async () => {
    await makeData();
    writeFileSync(join(folder, 'inkstone.yaml'), 'mine: true\n');
    const { stderr, status } = inkstone(['init', 'my data']);
    expect(stderr).toBe(
      'error: inkstone.yaml: is there already; choose another name, or replace it with --overwrite\n',
    );
    expect(status).toBe(2);
    expect(readFileSync(join(folder, 'inkstone.yaml'), 'utf8')).toBe('mine: true\n');
    expect(inkstone(['init', 'my data', '--overwrite']).status).toBe(0);
    expect(readFileSync(join(folder, 'inkstone.yaml'), 'utf8')).toContain('override data: icdar');
  });
});

describe('inkstone', () => {
  const asModule = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;

  it('does not end as if it had done its work when that never comes to an end', () => {
    const command =
      'import { Command } from "commander"; export const buildCommand = () => new Command("build").action(() => new Promise(() => {}));';
    const hooks = `export const load = (url, context, next) => url.endsWith('/cli/build.js')
      ? { format: 'module', shortCircuit: true, source: ${JSON.stringify(command)} } : next(url, context);`;
    const register = `import { register } from 'node:module'; register(${JSON.stringify(asModule(hooks))});`;
    const { stderr, status } = spawnSync(
      process.execPath,
      ['--import', asModule(register), INKSTONE, 'build'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(stderr).toMatch(/^error: the work is not done, and nothing is left to wait for; .*\n$/);
    expect(status).toBe(1);
  });
});

describe('inkstone demo', () => {
  it('takes its settings from the package, whatever the folder', () => {
    const { stderr, status } = inkstone(['demo', '--small', 'data.size=nothing']);
    expect(stderr).toMatch(/^error: data\.size = "nothing" /);
    expect(status).toBe(2);
  });
});

describe('inkstone --help', () => {
  /** Addresses of all that is imported or required, from the program on. */
  function modulesOf(words: readonly string[]): { stdout: string; modules: string[] } {
    const hook =
      'import{writeSync}from"node:fs";export const load=(url,context,next)=>{writeSync(2,`${url}\\n`);return next(url,context)}';
    const watch = join(folder, 'watch.mjs');
    writeFileSync(
      watch,
      `import { writeSync } from 'node:fs';
      import Module, { register } from 'node:module';
      import { pathToFileURL } from 'node:url';
      const load = Module._load;
      Module._load = (request, parent, isMain) => {
        const file = Module._resolveFilename(request, parent, isMain);
        writeSync(2, \`\${Module.isBuiltin(file) ? file : pathToFileURL(file)}\\n\`);
        return load(request, parent, isMain);
      };
      register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});\n`,
    );
    const { stdout, stderr } = inkstone(words, { NODE_OPTIONS: `--import=${pathToFileURL(watch)}` });
    const modules = [...new Set(stderr.trim().split('\n'))];
    return { stdout, modules: modules.filter((url) => !url.endsWith('/watch.mjs')) };
  }
  /** The parser of options, and what of Node it and the start of the program need: loaded anyway or in no time. */
  const PARSER = /^node:(child_process|events|fs|path|process|tty|url)$|\/node_modules\/commander\//;
  /** Of the start of a command: the command line and the lowest room too. */
  const SMALL = /^node:(os|worker_threads)$|\/bin\/inkstone\.js$|\/dist\/(cli|system)\//;

  it.each([
    ['--help', /^ {2}train +train a text detector$/m],
    ['--version', /^\d+\.\d+\.\d+/],
  ])('%s loads one file and the parser of options', (word, text) => {
    const { stdout, modules } = modulesOf([word]);
    expect(stdout).toMatch(text);
    expect(modules.filter((url) => !PARSER.test(url))).toEqual([
      expect.stringMatching(/\/bin\/inkstone\.js$/),
      expect.stringMatching(/\/dist\/cli\/main\.cjs$/),
    ]);
    expect(modules.filter((url) => url.includes('/node_modules/')).length).toBeLessThan(10);
  });

  it.each(['build', 'doctor', 'init', 'serve'])(
    'of %s loads what the command works with only when it runs',
    (name) => {
      const { stdout, modules } = modulesOf([name, '--help']);
      expect(stdout).toContain(`Usage: inkstone ${name}`);
      expect(modules).toContainEqual(expect.stringMatching(`/dist/cli/${name}\\.js$`));
      expect(modules.filter((url) => !PARSER.test(url) && !SMALL.test(url))).toEqual([]);
    },
  );

  it('of a command, and help with its name, show its options', () => {
    const { stdout } = inkstone(['doctor', '--help']);
    expect(stdout).toContain('--no-speed');
    expect(inkstone(['help', 'doctor']).stdout).toBe(stdout);
  });
});
