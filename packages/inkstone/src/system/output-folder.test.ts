import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/receipt-folder.js';
import { RunFileError } from './atomic-write.js';
import { makeFolder, prepareFolder } from './output-folder.js';

describe('prepareFolder', () => {
  it.runIf(existsSync('/proc/self'))('ends where no folder can be made', () => {
    expect(() => prepareFolder('/proc/inkstone/out')).toThrow(RunFileError);
  });
});

describe('makeFolder', () => {
  it('makes what is missing on the way, and leaves what is there', () => {
    const folder = join(temporaryFolder(), 'a', 'b', 'c');
    makeFolder(folder);
    writeFileSync(join(folder, 'mine'), '');
    makeFolder(folder);
    expect(readdirSync(folder)).toEqual(['mine']);
  });

  it('ends at a file in the place of a folder', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(() => makeFolder(join(file, 'below'))).toThrow(/ENOTDIR/);
  });
});
