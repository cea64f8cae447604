import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Network } from './detect.js';
import { ImageError, type RgbImage } from './image.js';
import { DESCRIPTION, detectorFile } from './onnx-file.testing.js';
import type { OnnxRuntime } from './onnx-network.js';
import { decode } from './sharp.js';
import { type ImageSource, TextDetector } from './text-detector.js';

/** Takes dark pixels for text. */
const darkIsText: Network = {
  run: ({ data }: RgbImage) =>
    Float32Array.from({ length: data.length / 3 }, (_, i) => (data[3 * i]! < 60 ? 1 : 0)),
};
const settings = { size: 64, postprocess: { unclipRatio: 0 }, decode };

/** A white sheet of 64 × 40 pixels with a black bar from (8, 10) to (40, 20). */
const sheet: RgbImage = {
  width: 64,
  height: 40,
  data: Uint8Array.from({ length: 3 * 64 * 40 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 64, Math.floor(i / 3 / 64)];
    return x >= 8 && x < 40 && y >= 10 && y < 20 ? 0 : 255;
  }),
};
const BAR = [
  [8, 10],
  [40, 10],
  [40, 20],
  [8, 20],
];

const folder = mkdtempSync(join(tmpdir(), 'inkstone-detect-'));
const file = join(folder, 'sheet.png');
let png: Buffer;
let server: Server;
let address: string;
beforeAll(async () => {
  png = await sharp(sheet.data, { raw: { width: 64, height: 40, channels: 3 } })
    .png()
    .toBuffer();
  writeFileSync(file, png);
  server = createServer(({ url }, response) => {
    if (url === '/sheet.png') response.end(png);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const rgba = () =>
  Uint8ClampedArray.from({ length: 4 * 64 * 40 }, (_, i) => {
    const value = sheet.data[3 * Math.floor(i / 4)]!;
    // White paper is see-through, and black under it: it must come out white.
    return i % 4 === 3 ? 255 - value : 0;
  });

describe('TextDetector.detect', () => {
  it.each<[string, () => ImageSource]>([
    ['a path', () => file],
    ['a file URL', () => pathToFileURL(file)],
    ['an address', () => `${address}/sheet.png`],
    ['a Buffer', () => png],
    ['an ArrayBuffer', () => Uint8Array.from(png).buffer],
    ['a Blob', () => new Blob([Uint8Array.from(png)])],
    ['RGB pixels', () => sheet],
    ['ImageData', () => ({ width: 64, height: 40, data: rgba() })],
    [
      'grey pixels',
      () => ({ width: 64, height: 40, channels: 1, data: sheet.data.filter((_, i) => i % 3 === 0) }),
    ],
  ])('finds the same text on %s', async (_, image) => {
    const found = await new TextDetector(darkIsText, settings).detect(image());
    expect(found).toEqual([{ polygon: BAR, score: 1 }]);
  });

  it('answers in pixels of the image, whatever size the network takes', async () => {
    const [found] = await new TextDetector(darkIsText, { ...settings, size: 128 }).detect(sheet);
    for (const [i, [x, y]] of found!.polygon.entries()) {
      expect(Math.abs(x - BAR[i]![0]!)).toBeLessThan(1);
      expect(Math.abs(y - BAR[i]![1]!)).toBeLessThan(1);
    }
  });

  it('looks at a large image in tiles', async () => {
    const sizes: number[] = [];
    const network: Network = {
      run: (image) => {
        sizes.push(image.width, image.height);
        return darkIsText.run(image);
      },
    };
    const detector = new TextDetector(network, { ...settings, tile: 32 });
    expect(await detector.detect(sheet)).toEqual([{ polygon: BAR, score: 1 }]);
    expect(new Set(sizes)).toEqual(new Set([32]));
  });

  it('takes settings for one call over its own', async () => {
    const detector = new TextDetector(darkIsText, settings);
    expect(await detector.detect(sheet, { minSize: 20 })).toEqual([]);
    expect(await detector.detect(sheet)).toHaveLength(1);
  });

  it.each<[string, () => ImageSource, ImageError['reason']]>([
    ['a text file', () => Buffer.from('not a picture'), 'unsupported'],
    ['no bytes at all', () => new Uint8Array(), 'damaged'],
    ['a file that was cut off', () => png.subarray(0, 80), 'damaged'],
    ['pixels that do not fill their size', () => ({ ...sheet, height: 41 }), 'damaged'],
    ['an image without pixels', () => ({ width: 0, height: 4, data: new Uint8Array() }), 'damaged'],
    ['more pixels than are read', () => ({ width: 20_000, height: 20_000, data: sheet.data }), 'too-large'],
  ])('refuses %s', async (_, image, reason) => {
    const refused = new TextDetector(darkIsText, settings).detect(image());
    await expect(refused).rejects.toBeInstanceOf(ImageError);
    await expect(refused).rejects.toMatchObject({ reason });
  });

  it('says what is missing where nothing decodes images', async () => {
    const { decode: _, ...without } = settings;
    const refused = new TextDetector(darkIsText, without).detect(png);
    await expect(refused).rejects.toThrow("pass { decode } from 'inkstone-detect/sharp'");
  });

  it('names the address that does not answer', async () => {
    const refused = new TextDetector(darkIsText, settings).detect(`${address}/gone.png`);
    await expect(refused).rejects.toThrow('/gone.png: the server answers 404');
  });
});

describe('TextDetector.load', () => {
  /** A runtime whose network takes dark pixels for text; it writes down what it is asked to do. */
  function darkRuntime(): { runtime: OnnxRuntime; log: unknown[] } {
    const log: unknown[] = [];
    const runtime: OnnxRuntime = {
      InferenceSession: {
        create: async (_, options) => {
          log.push(options);
          return {
            inputNames: ['x'],
            outputNames: ['map'],
            run: async ({ x }) => {
              const red = (x!.data as Float32Array).subarray(0, (x!.data as Float32Array).length / 3);
              return { map: { data: red.map((value) => (value < -1 ? 1 : 0)), dims: x!.dims } };
            },
            release: async () => void log.push('released'),
          };
        },
      },
      Tensor: class {
        constructor(
          _type: 'float32',
          readonly data: Float32Array,
          readonly dims: readonly number[],
        ) {}
      },
    };
    return { runtime, log };
  }

  it('takes size and settings from the file, runs it, and frees it', async () => {
    const { runtime, log } = darkRuntime();
    const model = join(folder, 'model.onnx');
    writeFileSync(model, detectorFile());
    const sessionOptions = { executionProviders: ['cpu'] };
    const detector = await TextDetector.load(model, { runtime, sessionOptions, decode });
    expect(await detector.detect(png)).toEqual([{ polygon: BAR, score: 1 }]);
    await detector.dispose();
    expect(log).toEqual([sessionOptions, 'released']);
  });

  it('lets the caller’s settings win over those of the file', async () => {
    const { runtime } = darkRuntime();
    const detector = await TextDetector.load(detectorFile({ postprocess: { ...DESCRIPTION.postprocess } }), {
      runtime,
      postprocess: { minSize: 20 },
    });
    expect(await detector.detect(sheet)).toEqual([]);
    expect(await detector.detect(sheet, { minSize: 1 })).toEqual([{ polygon: BAR, score: 1 }]);
  });

  it('names the file that is no exported detector', async () => {
    const { runtime } = darkRuntime();
    await expect(TextDetector.load(file, { runtime })).rejects.toThrow(/^.*sheet\.png: is no ONNX file/);
    await expect(TextDetector.load(png, { runtime })).rejects.toThrow(/^is no ONNX file/);
  });
});
