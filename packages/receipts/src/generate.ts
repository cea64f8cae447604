/** One synthetic receipt, from its seed and index to pixels and labels. */
import { createCanvas } from '@napi-rs/canvas';
import type { RgbImage } from 'inkstone-detect';
import { clampToRect, type Polygon } from 'inkstone-detect/geometry';
import { RandomStream } from 'inkstone-detect/random';
import { annotate } from './annotations.js';
import { drawBackdrop } from './backdrop.js';
import { cornersOf } from './camera.js';
import { makeDocument } from './document.js';
import { develop, expose } from './expose.js';
import { drawSheet } from './ink.js';
import { cover } from './paint.js';
import type { SyntheticSplit } from './purchase.js';
import { makeScene } from './scene.js';
import { age, fade, needleGaps, paperOutline } from './wear.js';

/** Raise it whenever the same seed begins to give other pictures: rendered sets of older versions are left alone then. */
export const GENERATOR_VERSION = 1;

export interface ReceiptOptions {
  readonly seed: number;
  /** Which receipt of the seed's endless row. Each is made from its own random numbers, in whatever order it is asked for. */
  readonly index: number;
  /** Receipts of the two splits have no shop and no street in common. Default `train`. */
  readonly split?: SyntheticSplit;
  /** Of the picture, pixels. Default 900. */
  readonly longestSide?: number;
  /** 0: flat, clean and sharp; 1: as worn and badly photographed as it gets. Default 0.7. */
  readonly difficulty?: number;
}

/** One text of a receipt: a quadrilateral, clockwise from the text's top left, in pixels of the image. */
export interface ReceiptText {
  readonly polygon: Polygon;
  readonly transcript: string;
  /** Unreadable (`###`): spoilt, or handwriting. */
  readonly ignore: boolean;
}

export interface Receipt {
  readonly image: RgbImage;
  readonly instances: ReceiptText[];
  /** Quality at which this picture should be stored as JPEG, for artefacts as a phone or a scanner leaves them. */
  readonly jpegQuality: number;
}

/** Transcript of what nobody can read. */
const UNREADABLE = '###';
/** Canvas pixels for a pixel of the picture: letters are drawn a little finer than they are shown. */
const OVERSAMPLING = 1.15;

export async function generateReceipt(options: ReceiptOptions): Promise<Receipt> {
  const { seed, index, split = 'train', longestSide = 900, difficulty = 0.7 } = options;
  const document = makeDocument(seed, index, split);
  const { sheet } = document;
  const { texts, printer } = sheet;
  const stream = (purpose: string) => new RandomStream(`synthetic ${split} ${purpose}`, seed, index);
  const scene = makeScene(stream('scene'), document, texts.map(cornersOf), longestSide, difficulty);
  const { camera, width, height } = scene;

  const density = scene.scale * OVERSAMPLING;
  const canvas = createCanvas(Math.ceil(document.width * density), Math.ceil(document.height * density));
  const g = canvas.getContext('2d');
  g.scale(density, density);
  const wear = stream('wear');
  const top = Math.min(...texts.map(({ y }) => y));
  const bottom = Math.max(...texts.map((text) => text.y + text.height));
  paperOutline(g, wear, document, difficulty, top, bottom);
  g.clip();
  cover(g, document.width, document.height, '#fff');
  drawSheet(g, sheet, wear.chance(0.4) ? wear.between(0, 0.05) * difficulty : 0);
  if (printer.isMatrix) needleGaps(g, document, printer.size);
  fade(g, wear, document, difficulty);
  age(g, wear, document, difficulty);
  const { writing, spoilt } = annotate(g, stream('annotations'), document, difficulty);

  const edges = camera.outline(cornersOf({ ...document, x: 0, y: 0 }));
  const backdrop = drawBackdrop(stream('backdrop'), scene.surface, width, height, edges);
  const data = expose(canvas, density, backdrop, camera, scene.light, width, height);
  develop(data, width, height, scene.finish, stream('noise'));

  const instances = texts.map((text): ReceiptText => {
    const ignore = spoilt.has(text);
    return { polygon: camera.quad(cornersOf(text)), transcript: ignore ? UNREADABLE : text.text, ignore };
  });
  for (const region of writing) {
    const polygon = clampToRect(camera.quad(region), width, height);
    instances.push({ polygon, transcript: UNREADABLE, ignore: true });
  }
  return { image: { data, width, height }, instances, jpegQuality: scene.finish.jpegQuality };
}
