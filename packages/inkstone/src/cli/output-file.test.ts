import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/receipt-folder.js';
import { writeResult } from '../system/index.js';
import { prepareFile } from './output-file.js';

describe('prepareFile', () => {
  it('makes the folder of a file that is not there', () => {
    const folder = join(temporaryFolder(), 'new');
    prepareFile(join(folder, 'file'));
    expect(existsSync(folder)).toBe(true);
  });

  it.each([
    [undefined, 'is there already; choose another name'],
    [false, 'is there already; choose another name, or replace it with --overwrite'],
  ])('refuses a file that is there, with what the command offers: %s', (overwrite, message) => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'mine');
    expect(() => prepareFile(file, overwrite)).toThrow(`${file}: ${message}`);
    expect(() => prepareFile(file, true)).not.toThrow();
  });

  it.each([
    ['a folder', (file: string) => mkdirSync(file)],
    ['a pipe', (file: string) => void spawnSync('mkfifo', [file])],
    ['a link to nothing', (file: string) => symlinkSync('nowhere', file)],
  ])('refuses %s, also with --overwrite', (_, make) => {
    const file = join(temporaryFolder(), 'file');
    make(file);
    expect(() => prepareFile(file)).toThrow('is there already');
    expect(() => prepareFile(file, true)).toThrow(
      `${file}: is no file that could be replaced; choose another name`,
    );
  });

  it('says where nothing can be written', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'mine');
    expect(() => prepareFile(join(file, 'below'))).toThrow(
      `${file}: cannot be written: a file stands where a folder should be`,
    );
  });
});

it('writes over nothing that came meanwhile, unless it may', () => {
  const file = join(temporaryFolder(), 'file');
  prepareFile(file, false);
  writeFileSync(file, 'mine');
  expect(() => writeResult(file, 'result', false)).toThrow('is there already');
  expect(readFileSync(file, 'utf8')).toBe('mine');
  writeResult(file, 'result', true);
  expect(readFileSync(file, 'utf8')).toBe('result');
});
