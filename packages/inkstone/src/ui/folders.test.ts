import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/receipt-folder.js';
import { pathInside } from './folders.js';

function twoFolders(): { root: string; outside: string } {
  const folder = temporaryFolder();
  const [root, outside] = [join(folder, 'root'), join(folder, 'root-2')];
  mkdirSync(join(root, 'a'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(root, 'a/file'), '');
  writeFileSync(join(outside, 'secret'), '');
  return { root, outside };
}

describe('pathInside', () => {
  it('finds files and folders, and links that stay inside', () => {
    const { root } = twoFolders();
    symlinkSync(join(root, 'a/file'), join(root, 'link'));
    expect(pathInside(root, 'a/file')).toBe(join(root, 'a/file'));
    expect(pathInside(root, 'a')).toBe(join(root, 'a'));
    expect(pathInside(root, 'link')).toBe(join(root, 'a/file'));
  });

  it.each([
    '..',
    '../root-2/secret',
    'a/../../root-2/secret',
    '/etc/passwd',
    '',
    '.',
    'missing',
    'a/file\0.png',
    'out',
    'folder/secret',
  ])('does not find %j', (name) => {
    const { root, outside } = twoFolders();
    symlinkSync(join(outside, 'secret'), join(root, 'out'));
    symlinkSync(outside, join(root, 'folder'));
    expect(pathInside(root, name)).toBeUndefined();
  });
});
