import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/receipt-folder.js';
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

  it('says where nothing can be written', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'mine');
    expect(() => prepareFile(join(file, 'below'))).toThrow(
      `${file}: cannot be written: a file stands where a folder should be`,
    );
  });
});
