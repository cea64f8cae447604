/** Writes one receipt as an ICDAR pair of files. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateReceipt } from 'inkstone-receipts';
import sharp from 'sharp';
import type { RenderTask } from './dataset.js';

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
  await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: jpegQuality })
    .toFile(join(folder, 'images', `${name}.jpg`));
  const lines = instances.map(({ polygon, transcript }) => {
    const coordinates = polygon.flat().map((value) => value.toFixed(1));
    return `${coordinates.join(',')},${transcript}\n`;
  });
  await writeFile(join(folder, 'gt', `${name}.txt`), lines.join(''));
}
