import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder, writeIcdar } from '../../../test/receipt-folder.js';
import { loadRunConfig } from '../../runs/index.js';
import { type Inspection, inspectData, preparePageFolder, writePage } from './index.js';

let folder: string;
let inspection: Inspection;

beforeEach(async () => {
  folder = temporaryFolder();
  const root = join(folder, '<b>receipts');
  const outside = '150,20,180,20,180,40,150,40,FAR';
  await writeIcdar(root, 'train', [{ id: '"1', width: 120, height: 90, lines: [outside] }]);
  await writeIcdar(root, 'val', [{ id: '2', width: 120, height: 96 }]);
  const { config } = loadRunConfig({ overrides: ['data=icdar', `data.root="${root}"`] });
  inspection = await inspectData(config);
}, 60_000);

describe('the page of inspect', () => {
  it('shows each finding with a picture, and names as they are', async () => {
    const output = join(folder, 'out');
    const page = readFileSync(await writePage(inspection, output), 'utf8');
    expect(page).toContain('texts that lie wholly outside of their picture');
    expect(page).toContain('&lt;b&gt;receipts');
    expect(page).not.toContain('<b>receipts');
    const pictures = [...page.matchAll(/<img src="([^"]+)"/g)].map(([, name]) => name as string);
    expect(pictures.length).toBeGreaterThan(0);
    expect(readdirSync(output).sort()).toEqual([...pictures, 'inspect.html'].sort());
  });

  it('replaces an earlier page and its pictures', async () => {
    const output = join(folder, 'out');
    await writePage(inspection, output);
    writeFileSync(join(output, 'finding-99-1.png'), 'of an earlier call');
    await writePage(inspection, output);
    expect(existsSync(join(output, 'finding-99-1.png'))).toBe(false);
  });

  it('leaves a folder alone that has other files in it', async () => {
    const output = join(folder, 'out');
    await writePage(inspection, output);
    writeFileSync(join(output, 'notes.txt'), 'mine');
    const before = readdirSync(output);
    await expect(writePage(inspection, output)).rejects.toThrow(/out: has other files in it \(notes\.txt\)/);
    expect(readdirSync(output)).toEqual(before);
    expect(readFileSync(join(output, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it.runIf(existsSync('/proc/self'))('is refused where no folder can be made, before any work', () => {
    expect(() => preparePageFolder('/proc/inkstone/page')).toThrow(
      /^\/proc\/inkstone\/page: cannot be written: /,
    );
  });

  it('leaves a page of the same name alone that it did not write', async () => {
    const output = join(folder, 'out');
    mkdirSync(output);
    writeFileSync(join(output, 'inspect.html'), 'mine');
    await expect(writePage(inspection, output)).rejects.toThrow(
      /out: has other files in it \(inspect\.html\)/,
    );
    expect(readFileSync(join(output, 'inspect.html'), 'utf8')).toBe('mine');
  });

  it('leaves a file alone that stands where the folder should', () => {
    const output = join(folder, 'out');
    writeFileSync(output, 'mine');
    expect(() => preparePageFolder(output)).toThrow(/out: is no folder to write the page into/);
  });
});
