import { chmodSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { temporaryFolder, writeImage } from '../../test/receipt-folder.js';
import { decodeImage, readImageSize, resizeLongest } from './image.js';

interface RGBA {
  r: number;
  g: number;
  b: number;
  alpha?: number;
}

const RED: RGBA = { r: 250, g: 10, b: 20 };
const solid = (width: number, height: number, background: RGBA = RED) =>
  sharp({ create: { width, height, channels: background.alpha === undefined ? 3 : 4, background } });

test.each([
  ['grey', (path: string) => solid(40, 20).greyscale().png().toFile(path), null],
  ['grey with 16 bits', (path: string) => solid(40, 20).toColourspace('grey16').png().toFile(path), null],
  ['16 bits', (path: string) => solid(40, 20).toColourspace('rgb16').png().toFile(path), [250, 10, 20]],
  ['CMYK', (path: string) => solid(40, 20).toColourspace('cmyk').jpeg({ quality: 100 }).toFile(path), null],
  ['palette', (path: string) => solid(40, 20).png({ palette: true }).toFile(path), [250, 10, 20]],
  [
    'transparency',
    (path: string) =>
      solid(40, 20, { ...RED, alpha: 0 })
        .png()
        .toFile(path),
    [255, 255, 255],
  ],
] as const)('%s becomes RGB with 8 bits', async (_, write, expected) => {
  const path = join(temporaryFolder(), 'a.img');
  await write(path);
  const { width, height, data } = await decodeImage(path, 1000);
  expect([width, height, data.length]).toEqual([40, 20, 40 * 20 * 3]);
  if (expected) expect([...data.subarray(0, 3)]).toEqual(expected);
});

test('EXIF orientation is applied to size and pixels', async () => {
  const path = join(temporaryFolder(), 'a.png');
  const top = { input: await solid(40, 10, { r: 0, g: 0, b: 0 }).png().toBuffer(), left: 0, top: 0 };
  // 6: the camera was turned; viewers turn the picture clockwise, so the black top edge comes to lie on the right.
  await solid(40, 20).composite([top]).withMetadata({ orientation: 6 }).png().toFile(path);
  expect(await readImageSize(path)).toEqual({ width: 20, height: 40 });
  const { width, height, data } = await decodeImage(path, 1000);
  expect([width, height]).toEqual([20, 40]);
  expect([data[0], data[3 * 19]]).toEqual([250, 0]);
});

test('decoding never exceeds maxSide and never enlarges; resizing makes the longest side exact', async () => {
  const path = join(temporaryFolder(), 'a.jpg');
  await writeImage(path, 500, 333);
  expect(await decodeImage(path, 200)).toMatchObject({ width: 200, height: 133 });
  const image = await decodeImage(path, 1000);
  expect(image).toMatchObject({ width: 500, height: 333 });
  expect(await resizeLongest(image, 640)).toMatchObject({ width: 640, height: 426 });
  expect(await resizeLongest(image, 500)).toBe(image);
  expect(await resizeLongest({ width: 900, height: 1, data: new Uint8Array(2700) }, 64)).toMatchObject({
    height: 1,
  });
});

/** A PNG of one row that says it had 30 000 × 30 000 pixels. */
function hugePng(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 0, 0, 0, 0]);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(30_001))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test.each([
  ['empty.jpg', Buffer.alloc(0), /empty\.jpg: the image file is empty$/],
  ['text.jpg', Buffer.from('not an image at all\n'), /text\.jpg: is not an image/],
  ['huge.png', hugePng(), /huge\.png: the image has 30000 × 30000 pixels; at most 200 million are read$/],
])('%s is found out by its header', async (name, content, message) => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  await expect(readImageSize(path)).rejects.toThrow(message);
  await expect(readImageSize(path)).rejects.toMatchObject({ name: 'DataError', path });
});

test('a truncated JPEG is found out when it is decoded', async () => {
  const path = join(temporaryFolder(), 'half.jpg');
  await writeImage(path, 500, 333);
  truncateSync(path, readFileSync(path).length - 200);
  expect(await readImageSize(path)).toEqual({ width: 500, height: 333 });
  await expect(decodeImage(path, 1000)).rejects.toThrow(/half\.jpg: the image is truncated or damaged \(/);
});

test('a missing file and one that may not be read', async () => {
  const path = join(temporaryFolder(), 'a.jpg');
  await expect(readImageSize(path)).rejects.toThrow(/a\.jpg: cannot read the image: it does not exist$/);
  await writeImage(path, 100, 50);
  chmodSync(path, 0);
  // Root reads whatever it likes.
  if (process.getuid?.() === 0) return;
  await expect(readImageSize(path)).rejects.toThrow(/a\.jpg: cannot read the image: permission denied$/);
});
