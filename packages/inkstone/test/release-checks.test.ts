import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { outOfStep, unmentioned, unpublished, wrongContents } = (await import(
  new URL('../../../scripts/release-checks.mjs', import.meta.url).href
)) as {
  wrongContents(manifest: Manifest, files: readonly string[]): readonly string[];
  outOfStep(manifests: readonly Manifest[]): readonly string[];
  unpublished(core: Manifest, manifests: readonly Manifest[]): readonly string[];
  unmentioned(changelog: string, version: string, isDryRun: boolean): readonly string[];
};

const core: Manifest = { name: 'inkstone', version: '1.2.0' };

describe('a package may be published', () => {
  it('when it holds what users need, and the terms of all that is in it', () => {
    const files = [
      'LICENSE',
      'LICENSE-uplot.txt',
      'dist/index.js',
      'dist/index.d.ts',
      'native/src/conv/conv.cpp',
      'native/LICENSE-wasm-libraries.txt',
      'build/wasm/simd128.wasm',
      'build/wasm/relaxed.wasm',
    ];
    expect(wrongContents(core, files)).toEqual([]);
  });

  it('not with tests, fonts or objects, without a licence, or with a script that would run', () => {
    const files = [
      'LICENSE',
      'dist/a.test.js',
      'dist/golden/a.json',
      'dist/Arial.ttf',
      'src/index.ts',
      'build/a.o',
    ];
    expect(wrongContents({ ...core, scripts: { install: 'make' } }, files)).toEqual([
      'inkstone: dist/a.test.js belongs to the tests',
      'inkstone: dist/golden/a.json belongs to the tests',
      'inkstone: dist/Arial.ttf is a font',
      'inkstone: src/index.ts is source that was compiled',
      'inkstone: build/a.o is left from compiling',
      'inkstone: LICENSE-uplot.txt is missing',
      'inkstone: native/LICENSE-wasm-libraries.txt is missing',
      'inkstone: build/wasm/simd128.wasm is missing',
      'inkstone: build/wasm/relaxed.wasm is missing',
      'inkstone: has the script install, which would run at installation',
    ]);
    expect(wrongContents({ name: 'inkstone-linux-x64-gnu', version: '1.2.0' }, ['LICENSE'])).toEqual([
      'inkstone-linux-x64-gnu: LICENSE-gcc-runtime.txt is missing',
    ]);
  });

  it('with the version of the others, for which it asks exactly', () => {
    const detect = { name: 'inkstone-detect', version: '1.2.0' };
    expect(
      outOfStep([{ ...core, dependencies: { 'inkstone-detect': '1.2.0', zod: '^4.0.0' } }, detect]),
    ).toEqual([]);
    expect(
      outOfStep([
        { ...core, dependencies: { 'inkstone-detect': '^1.1.0' } },
        { ...detect, version: '1.1.0' },
      ]),
    ).toEqual([
      'inkstone: asks for inkstone-detect ^1.1.0, not 1.2.0',
      'inkstone-detect: has version 1.1.0, where inkstone has 1.2.0',
    ]);
  });

  it('together with the ready-made kernels that it asks for', () => {
    const asking = { ...core, optionalDependencies: { 'inkstone-linux-x64-gnu': '1.2.0' } };
    expect(unpublished(asking, [asking])).toEqual([
      'inkstone: asks for inkstone-linux-x64-gnu, which is not there; run npm run prebuilt -- linux-x64-gnu',
    ]);
    expect(unpublished(asking, [asking, { name: 'inkstone-linux-x64-gnu', version: '1.2.0' }])).toEqual([]);
  });

  it('once the changelog has its version, released', () => {
    expect(unmentioned('# Changelog\n\n## 1.2.0\n\n- New.\n', '1.2.0', false)).toEqual([]);
    expect(unmentioned('# Changelog\n\n## 1.2.0\n\n## 1.1.0\n\n- Old.\n', '1.2.0', false)).toEqual([
      'CHANGELOG.md: says nothing of 1.2.0',
    ]);
    const unreleased = '# Changelog\n\n## 1.2.0 (unreleased)\n\n- New.\n';
    expect(unmentioned(unreleased, '1.2.0', true)).toEqual([]);
    expect(unmentioned(unreleased, '1.2.0', false)).toEqual([
      'CHANGELOG.md: the heading still says "1.2.0 (unreleased)"',
    ]);
  });
});
