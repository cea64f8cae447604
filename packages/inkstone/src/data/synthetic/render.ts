/** Writes one receipt as an ICDAR pair of files. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateReceipt, type SyntheticSplit } from 'inkstone-receipts';
import sharp from 'sharp';
import { writeIcdar } from '../../labels/index.js';

/** One receipt to be rendered into `folder`. */
export interface RenderTask {
  readonly folder: string;
  readonly split: SyntheticSplit;
  readonly seed: number;
  readonly index: number;
  readonly size: number;
  readonly difficulty: number;
}

/** Decimals of a pixel in the labels. */
const DECIMALS = 1;

export async function renderReceipt({
  folder,
  split,
  seed,
  index,
  size,
  difficulty,
}: RenderTask): Promise<void> {
  const { image, instances, jpegQuality } = await generateReceipt({
    seed,
    index,
    split,
    longestSide: size,
    difficulty,
  });
  const { data, width, height } = image;
  const name = String(index).padStart(4, '0');
  const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: jpegQuality })
    .toBuffer();
  // Not written by libvips, whose errors do not say in a code what the system refused.
  await writeFile(join(folder, 'images', `${name}.jpg`), jpeg);
  await writeFile(join(folder, 'gt', `${name}.txt`), writeIcdar(instances, DECIMALS));
}
