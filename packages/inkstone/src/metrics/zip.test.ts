import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/receipt-folder.js';
import { readIcdar } from './icdar-set.js';

const QUAD = '0,0,40,0,40,10,0,10';
/** Of an entry in the archive's directory, from its signature on. */
const FLAGS = 8;
const METHOD = 10;
const CHECKSUM = 16;
const SIZE = 24;

/** An archive whose directory's entry was changed by `change`. */
function archive(change: (entry: Buffer) => void = () => {}, contents = strToU8(QUAD)): string {
  const bytes = Buffer.from(zipSync({ 'res_1.txt': contents }));
  change(bytes.subarray(bytes.indexOf('PK\x01\x02')));
  const path = join(temporaryFolder(), 'res.zip');
  writeFileSync(path, bytes);
  return path;
}

describe('a zip of results', () => {
  it('is read whether deflated or stored, by names below the folder that all files share', async () => {
    const bytes = zipSync({
      'all/a/res_1.txt': strToU8(QUAD),
      'all/res_2.txt': [strToU8(QUAD), { level: 0 }],
      '__MACOSX/all/._res_2.txt': strToU8('x'),
      'all/picture.png': strToU8('x'),
    });
    const path = join(temporaryFolder(), 'res.zip');
    writeFileSync(path, bytes);
    expect([...(await readIcdar(path)).keys()].sort()).toEqual(['2', 'a/1']);
  });

  it('may not unpack to more than results ever have, nor to more than it says', async () => {
    const zeros = new Uint8Array(17 * 2 ** 20);
    await expect(readIcdar(archive(undefined, zeros))).rejects.toThrow(
      /res\.zip\/res_1\.txt: has 17\.8 MB; a file of texts may have 16\.8 MB$/,
    );
    const lying = archive((entry) => entry.writeUInt32LE(QUAD.length, SIZE), zeros);
    await expect(readIcdar(lying)).rejects.toThrow(
      /res_1\.txt: is damaged, or holds more than the archive says$/,
    );
  });

  it.each([
    [
      'another checksum',
      (entry: Buffer) => entry.writeUInt32LE(1, CHECKSUM),
      /res_1\.txt: is damaged: its checksum differs$/,
    ],
    [
      'a password',
      (entry: Buffer) => entry.writeUInt16LE(1, FLAGS),
      /res_1\.txt: is encrypted; pack it without/,
    ],
    [
      'a rare method',
      (entry: Buffer) => entry.writeUInt16LE(14, METHOD),
      /res_1\.txt: is packed by method 14, which/,
    ],
    [
      'no data where it says',
      (entry: Buffer) => entry.writeUInt32LE(9999, 42),
      /res_1\.txt: is no zip file, or a damaged one$/,
    ],
    [
      'a directory that is none',
      (entry: Buffer) => entry.writeUInt32LE(0, 0),
      /res\.zip: is no zip file, or a damaged one; give/,
    ],
  ])('is refused by name: %s', async (_, change, message) => {
    await expect(readIcdar(archive(change))).rejects.toThrow(message);
  });

  it('with more entries than its end counts is damaged', async () => {
    const bytes = Buffer.from(zipSync({ 'res_1.txt': strToU8(QUAD), 'res_2.txt': strToU8(QUAD) }));
    bytes.writeUInt16LE(1, bytes.indexOf('PK\x05\x06') + 10);
    const path = join(temporaryFolder(), 'res.zip');
    writeFileSync(path, bytes);
    await expect(readIcdar(path)).rejects.toThrow(/res\.zip: is no zip file, or a damaged one/);
  });

  it('of any bytes gives texts or one line', async () => {
    const path = archive();
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('PK'),
      Buffer.alloc(22),
      Buffer.from(`PK\x05\x06${'\xff'.repeat(40)}`, 'latin1'),
    ]) {
      writeFileSync(path, bytes);
      await expect(readIcdar(path)).rejects.toThrow(
        /^[^\n]*res\.zip: is no zip file, or a damaged one[^\n]*$/,
      );
    }
  });
});
