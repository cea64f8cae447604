import { chmodSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeImage } from '../../test/receipt-folder.js';
import { decodeImage, readImageSize, resizeLongest } from './image.js';

/** PNG's numbers for what a pixel is made of. */
const COLOUR_TYPES = { grey: 0, rgb: 2, palette: 3, 'grey with alpha': 4, 'rgb with alpha': 6 } as const;
const SAMPLES = { grey: 1, rgb: 3, palette: 1, 'grey with alpha': 2, 'rgb with alpha': 4 } as const;

interface Png {
  width: number;
  height: number;
  bits?: 8 | 16;
  colour: keyof typeof COLOUR_TYPES;
  /** Row by row; with 16 bits high byte first. */
  values: readonly number[];
  palette?: readonly number[];
}

/** A PNG made by hand, so that no library decides twice what its pixels are. */
function png({ width, height, bits = 8, colour, values, palette }: Png): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, COLOUR_TYPES[colour]], 8);
  const bytes = values.flatMap((value) => (bits === 16 ? [value >> 8, value & 255] : [value]));
  const rowBytes = (width * SAMPLES[colour] * bits) / 8;
  const rows = Array.from({ length: Math.floor(bytes.length / rowBytes) }, (_, y) =>
    // Each row begins with its filter: none.
    Buffer.from([0, ...bytes.slice(y * rowBytes, (y + 1) * rowBytes)]),
  );
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', Buffer.from(palette))] : []),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A TIFF of one row of CMYK pixels, 255 being all the ink there is. */
function cmykTiff(pixels: readonly (readonly [number, number, number, number])[]): Buffer {
  const SHORT = 3;
  const LONG = 4;
  const entries = [
    [256, LONG, 1, pixels.length], // width
    [257, LONG, 1, 1], // height
    [258, SHORT, 4, 0], // bits of each sample, at an offset
    [259, SHORT, 1, 1], // not compressed
    [262, SHORT, 1, 5], // separated into inks
    [273, LONG, 1, 0], // where the pixels are
    [277, SHORT, 1, 4], // samples a pixel
    [278, LONG, 1, 1], // rows a strip
    [279, LONG, 1, 4 * pixels.length], // bytes of the strip
    [332, SHORT, 1, 1], // the inks are CMYK
  ];
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  const bitsAt = 8 + directory.length;
  entries[2][3] = bitsAt;
  entries[5][3] = bitsAt + 8;
  directory.writeUInt16LE(entries.length, 0);
  entries.forEach(([tag, type, count, value], i) => {
    directory.writeUInt16LE(tag, 2 + 12 * i);
    directory.writeUInt16LE(type, 4 + 12 * i);
    directory.writeUInt32LE(count, 6 + 12 * i);
    directory.writeUInt32LE(value, 10 + 12 * i);
  });
  const start = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  return Buffer.concat([start, directory, Buffer.from([8, 0, 8, 0, 8, 0, 8, 0]), Buffer.from(pixels.flat())]);
}

async function decode(content: Buffer) {
  const path = join(temporaryFolder(), 'a.img');
  writeFileSync(path, content);
  return decodeImage(path, 1000);
}

/** Largest difference of two values at the same place. */
const difference = (a: ArrayLike<number>, b: readonly number[]) => {
  expect(a).toHaveLength(b.length);
  return Math.max(...b.map((value, i) => Math.abs(value - a[i])));
};

/** All values from dark to light, in no order that a filter could guess. */
const GREYS = Array.from({ length: 256 }, (_, i) => (i * 37) % 256);
const size = { width: 16, height: 16 };

describe('whatever a file holds becomes upright RGB with 8 bits', () => {
  it('grey', async () => {
    const { data } = await decode(png({ ...size, colour: 'grey', values: GREYS }));
    expect([...data]).toEqual(GREYS.flatMap((v) => [v, v, v]));
  });

  it('grey with 16 bits', async () => {
    const { data } = await decode(
      png({ ...size, bits: 16, colour: 'grey', values: GREYS.map((v) => v * 257) }),
    );
    expect([...data]).toEqual(GREYS.flatMap((v) => [v, v, v]));
  });

  it('RGB with 16 bits', async () => {
    const rgb = GREYS.flatMap((v) => [v, 255 - v, (v * 3) % 256]);
    const { data } = await decode(png({ ...size, bits: 16, colour: 'rgb', values: rgb.map((v) => v * 257) }));
    expect([...data]).toEqual(rgb);
  });

  it('palette', async () => {
    const palette = [250, 10, 20, 0, 128, 255];
    const { data } = await decode(
      png({ width: 3, height: 1, colour: 'palette', values: [1, 0, 1], palette }),
    );
    expect([...data]).toEqual([0, 128, 255, 250, 10, 20, 0, 128, 255]);
  });

  it('transparency, over white paper', async () => {
    const over = (value: number, alpha: number) => Math.round((value * alpha + 255 * (255 - alpha)) / 255);
    const alphas = [0, 1, 64, 128, 200, 255];
    const rgba = await decode(
      png({
        width: 6,
        height: 1,
        colour: 'rgb with alpha',
        values: alphas.flatMap((alpha) => [250, 10, 20, alpha]),
      }),
    );
    const expected = alphas.flatMap((alpha) => [over(250, alpha), over(10, alpha), over(20, alpha)]);
    expect(difference(rgba.data, expected)).toBeLessThanOrEqual(1);
    const grey = await decode(
      png({ width: 6, height: 1, colour: 'grey with alpha', values: alphas.flatMap((alpha) => [40, alpha]) }),
    );
    const greys = alphas.flatMap((alpha) => [over(40, alpha), over(40, alpha), over(40, alpha)]);
    expect(difference(grey.data, greys)).toBeLessThanOrEqual(1);
  });

  it('CMYK, as inks look on paper', async () => {
    // sRGB of the inks as Adobe converts US Web Coated (SWOP) v2. Printers' profiles differ by some 30 steps; taking ink
    // for light, or each ink for a pure colour, is wrong by 80 and more.
    const inks: [ink: [number, number, number, number], rgb: number[]][] = [
      [
        [0, 0, 0, 0],
        [255, 255, 255],
      ],
      [
        [255, 0, 0, 0],
        [0, 174, 239],
      ],
      [
        [0, 255, 0, 0],
        [236, 0, 140],
      ],
      [
        [0, 0, 255, 0],
        [255, 242, 0],
      ],
      [
        [0, 0, 0, 255],
        [35, 31, 32],
      ],
      [
        [0, 0, 0, 128],
        [147, 149, 152],
      ],
    ];
    const { data } = await decode(cmykTiff(inks.map(([ink]) => ink)));
    expect(
      difference(
        data,
        inks.flatMap(([, rgb]) => rgb),
      ),
    ).toBeLessThan(36);
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
  });

  it('CMYK in a JPEG', async () => {
    // Colours that ink can print, each as large as several blocks of the compression.
    const colours = [
      [240, 236, 228],
      [60, 60, 60],
      [150, 90, 80],
      [90, 120, 160],
    ];
    const data = Uint8Array.from(
      { length: 3 * 128 * 32 },
      (_, i) => colours[Math.floor(((i / 3) % 128) / 32)][i % 3],
    );
    const image = await decode(
      await sharp(data, { raw: { width: 128, height: 32, channels: 3 } })
        .toColourspace('cmyk')
        .jpeg({ quality: 100 })
        .toBuffer(),
    );
    colours.forEach((colour, i) => {
      const at = 3 * (128 * 16 + 32 * i + 16);
      expect(difference(image.data.subarray(at, at + 3), colour)).toBeLessThan(30);
    });
  });
});

describe('EXIF orientation', () => {
  const [width, height] = [3, 2];
  const stored = Array.from({ length: width * height }, (_, i) => [10 + 40 * i, 200 - 30 * i, 7 * i]);
  /** Where the standard says that the pixel (x, y) of the stored image is shown. */
  const SHOWN: Record<number, (x: number, y: number) => [number, number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [width - 1 - x, y],
    3: (x, y) => [width - 1 - x, height - 1 - y],
    4: (x, y) => [x, height - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [height - 1 - y, x],
    7: (x, y) => [height - 1 - y, width - 1 - x],
    8: (x, y) => [y, width - 1 - x],
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%i is applied to the size and to every pixel', async (orientation) => {
    const path = join(temporaryFolder(), 'a.png');
    await sharp(Uint8Array.from(stored.flat()), { raw: { width, height, channels: 3 } })
      .withMetadata({ orientation })
      .png()
      .toFile(path);
    const upright = orientation < 5 ? { width, height } : { width: height, height: width };
    expect(await readImageSize(path)).toEqual(upright);
    const image = await decodeImage(path, 1000);
    expect(image).toMatchObject(upright);
    for (const [i, pixel] of stored.entries()) {
      const [x, y] = SHOWN[orientation](i % width, Math.floor(i / width));
      const at = 3 * (y * upright.width + x);
      expect([...image.data.subarray(at, at + 3)]).toEqual(pixel);
    }
  });
});

it('decoding never exceeds maxSide and never enlarges; resizing makes the longest side exact', async () => {
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

/** One row of a PNG that says it had 30 000 × 30 000 pixels. */
const hugePng = png({ width: 30_000, height: 30_000, colour: 'grey', values: new Array(30_000).fill(0) });

it.each([
  ['empty.jpg', Buffer.alloc(0), /empty\.jpg: the image file is empty$/],
  ['text.jpg', Buffer.from('not an image at all\n'), /text\.jpg: is not an image/],
  [
    'drawing.png',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    /drawing\.png: is not an image/,
  ],
  ['page.tif', Buffer.from('%PDF-1.4\n'), /page\.tif: is not an image/],
  ['huge.png', hugePng, /huge\.png: the image has 30000 × 30000 pixels; at most 200 million are read$/],
])('%s is found out by its header', async (name, content, message) => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  await expect(readImageSize(path)).rejects.toThrow(message);
  await expect(readImageSize(path)).rejects.toMatchObject({ name: 'DataError', path });
});

it('a truncated JPEG is found out when it is decoded', async () => {
  const path = join(temporaryFolder(), 'half.jpg');
  await writeImage(path, 500, 333);
  truncateSync(path, readFileSync(path).length - 200);
  expect(await readImageSize(path)).toEqual({ width: 500, height: 333 });
  await expect(decodeImage(path, 1000)).rejects.toThrow(/half\.jpg: the image is truncated or damaged \(/);
});

it('a missing file and one that may not be read', async () => {
  const path = join(temporaryFolder(), 'a.jpg');
  await expect(readImageSize(path)).rejects.toThrow(/a\.jpg: cannot read the image: it does not exist$/);
  await writeImage(path, 100, 50);
  chmodSync(path, 0);
  // Root reads whatever it likes.
  if (process.getuid?.() === 0) return;
  await expect(readImageSize(path)).rejects.toThrow(/a\.jpg: cannot read the image: permission denied$/);
});
