import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunFileError, writeAtomically, writeNew } from './atomic-write.js';
import { prepareFolder } from './output-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function failure(file: string): RunFileError {
  try {
    writeAtomically(file, 'text');
  } catch (error) {
    if (error instanceof RunFileError) return error;
  }
  throw new Error('it was written, or threw something else');
}

describe('writeAtomically', () => {
  it('says for each place that cannot be written to what to do about it, and leaves nothing there', () => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'taken'));
    const wrong: [string, RegExp][] = [
      [
        'file/x',
        /file\/x: cannot be written: a file stands where a folder should be; choose another folder$/,
      ],
      ['none/x', /none\/x: cannot be written: it does not exist; make its folder first$/],
      ['taken', /taken: cannot be written: it is a folder; choose another name$/],
      ['n'.repeat(300), /: its name is too long; choose a shorter one$/],
      ['nul\0name', /nul\\x00name: cannot be written: its name holds a NUL character; choose another name$/],
    ];
    for (const [name, message] of wrong) {
      const error = failure(join(folder, name));
      expect(error.message).toMatch(message);
      expect(error.exitCode).toBe(2);
    }
    expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
  });

  // Root may write everywhere.
  it.skipIf(process.getuid?.() === 0)('names a folder that may not be written to', () => {
    chmodSync(folder, 0o500);
    expect(failure(join(folder, 'x')).message).toMatch(/: permission denied; choose a folder that you may/);
  });
});

describe('a link', () => {
  it('stays, and what it leads to is replaced', () => {
    writeFileSync(join(folder, 'file'), 'old');
    symlinkSync('file', join(folder, 'link'));
    writeAtomically(join(folder, 'link'), 'new');
    expect(readlinkSync(join(folder, 'link'))).toBe('file');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['file', 'link']);
  });
});

describe('writeNew', () => {
  it.each([
    ['a file', (path: string) => writeFileSync(path, 'mine')],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link to nothing', (path: string) => symlinkSync('nowhere', path)],
  ])('leaves %s alone', (_, make) => {
    const path = join(folder, 'taken');
    make(path);
    const before = lstatSync(path).ino;
    expect(() => writeNew(path, 'text')).toThrow(`${path}: is there already; choose another name`);
    expect(lstatSync(path).ino).toBe(before);
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('gives a name to one of several that ask for it at once', async () => {
    const path = join(folder, 'wanted');
    const results = await Promise.allSettled(
      ['one', 'two', 'three'].map(async (text) => {
        await Promise.resolve();
        writeNew(path, text);
        return text;
      }),
    );
    const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect([readFileSync(path, 'utf8')]).toEqual(winners);
  });
});

describe('prepareFolder', () => {
  it('makes the folder and leaves nothing in it', () => {
    prepareFolder(join(folder, 'a/b'));
    expect(readdirSync(join(folder, 'a/b'))).toEqual([]);
    prepareFolder(join(folder, 'a/b'));
  });

  it('says why nothing could be written there', () => {
    writeFileSync(join(folder, 'file'), 'mine');
    for (const name of ['file', 'file/below']) {
      expect(() => prepareFolder(join(folder, name))).toThrow(
        /: cannot be written: a file stands where a folder should be; choose another folder$/,
      );
    }
  });
});

describe('RunFileError', () => {
  it('asks for room only where room is missing', () => {
    const cause = (code: string) => Object.assign(new Error(`${code}: from the system`), { code });
    for (const code of ['ENOSPC', 'EDQUOT']) {
      const error = new RunFileError('last.safetensors', cause(code));
      expect(error.message).toMatch(/; make room$/);
      expect(error.exitCode).toBe(1);
    }
    for (const code of ['EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG', 'ENOTDIR', 'EISDIR']) {
      expect(new RunFileError('last.safetensors', cause(code)).message).not.toMatch(/room|EROFS|EACCES/);
    }
    expect(new RunFileError('x', cause('EIO')).message).toBe('x: cannot be written: EIO: from the system');
  });
});
