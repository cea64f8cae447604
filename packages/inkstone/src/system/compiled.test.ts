import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compiledProgram } from './compiled.js';

describe('compiledProgram', () => {
  let project = '';

  beforeEach(() => {
    // As the home of somebody who keeps all projects in a folder "src".
    project = join(mkdtempSync(join(tmpdir(), 'inkstone-compiled-')), 'src', 'project');
    mkdirSync(join(project, 'dist', 'room'), { recursive: true });
    writeFileSync(join(project, 'dist', 'room', 'program.js'), '');
  });
  afterEach(() => rmSync(join(project, '..', '..'), { recursive: true }));

  const url = (...path: string[]) => pathToFileURL(join(project, ...path)).href;

  it('is beside the module that asks, when that is compiled', () => {
    expect(compiledProgram('./program.js', url('dist', 'room', 'asks.js'))).toBe(
      join(project, 'dist', 'room', 'program.js'),
    );
  });

  it('is the compiled twin of what is beside a module that runs as TypeScript', () => {
    expect(compiledProgram('./program.js', url('src', 'room', 'asks.ts'))).toBe(
      join(project, 'dist', 'room', 'program.js'),
    );
  });

  it('says what to do when nothing is compiled', () => {
    expect(() => compiledProgram('./other.js', url('src', 'room', 'asks.ts'))).toThrow(
      new Error(`${join(project, 'dist', 'room', 'other.js')} is missing: run "npm run build" first`),
    );
  });
});
