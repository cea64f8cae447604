import { describe, expect, it } from 'vitest';
import { makeDocument } from './document.js';
import { generateReceipt, type Receipt } from './generate.js';

const SIDE = 500;
/** Of 255: darker is ink on a clean picture. */
const DARK = 140;

/** Share of a box's pixels that are ink. */
function inkShare({ image }: Receipt, left: number, top: number, right: number, bottom: number): number {
  let dark = 0;
  let count = 0;
  for (let y = Math.max(0, Math.round(top)); y < Math.min(image.height, Math.round(bottom)); y++) {
    for (let x = Math.max(0, Math.round(left)); x < Math.min(image.width, Math.round(right)); x++) {
      count++;
      if (image.data[(y * image.width + x) * 3 + 1] < DARK) dark++;
    }
  }
  return count === 0 ? 0 : dark / count;
}

describe('generateReceipt', () => {
  it('gives the same bytes for the same seed and index, whatever was drawn in between', async () => {
    const first = await generateReceipt({ seed: 3, index: 5, longestSide: SIDE });
    await generateReceipt({ seed: 3, index: 6, longestSide: SIDE });
    const again = await generateReceipt({ seed: 3, index: 5, longestSide: SIDE });
    expect(Buffer.from(again.image.data).equals(Buffer.from(first.image.data))).toBe(true);
    expect(again.instances).toEqual(first.instances);
  });

  it('gives another receipt for another seed, index or split', async () => {
    const texts = async (seed: number, index: number, split: 'train' | 'val') =>
      (await generateReceipt({ seed, index, split, longestSide: 200 })).instances
        .map((t) => t.transcript)
        .join('\n');
    const all = [
      await texts(1, 0, 'train'),
      await texts(2, 0, 'train'),
      await texts(1, 1, 'train'),
      await texts(1, 0, 'val'),
    ];
    expect(new Set(all).size).toBe(4);
  });

  it('keeps every polygon inside the picture, clockwise, and the picture within its longest side', async () => {
    for (let index = 0; index < 12; index++) {
      const { image, instances } = await generateReceipt({
        seed: 11,
        index,
        longestSide: SIDE,
        difficulty: 1,
      });
      expect(Math.max(image.width, image.height)).toBe(SIDE);
      expect(image.data.length).toBe(image.width * image.height * 3);
      expect(instances.length).toBeGreaterThan(5);
      for (const { polygon } of instances) {
        expect(polygon).toHaveLength(4);
        for (const [x, y] of polygon) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(y).toBeGreaterThanOrEqual(0);
          expect(x).toBeLessThanOrEqual(image.width);
          expect(y).toBeLessThanOrEqual(image.height);
        }
        const [a, b, c] = polygon;
        const turn = (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]);
        expect(turn).toBeGreaterThan(0);
      }
    }
  });

  it('puts polygons where the ink is: dense inside, next to none in a rim around them', async () => {
    for (let index = 0; index < 6; index++) {
      const receipt = await generateReceipt({ seed: 21, index, longestSide: 1000, difficulty: 0 });
      for (const { polygon, transcript } of receipt.instances) {
        const left = Math.min(...polygon.map(([x]) => x));
        const right = Math.max(...polygon.map(([x]) => x));
        const top = Math.min(...polygon.map(([, y]) => y));
        const bottom = Math.max(...polygon.map(([, y]) => y));
        const inside = inkShare(receipt, left, top, right, bottom);
        expect(inside, `ink of "${transcript}" on receipt ${index}`).toBeGreaterThan(0.025);
        // Left and right of a text the paper is empty for a while: a shifted or short polygon would leave ink there.
        const rim = (bottom - top) * 0.3;
        const beside = Math.max(
          inkShare(receipt, left - rim, top, left, bottom),
          inkShare(receipt, right, top, right + rim, bottom),
        );
        expect(beside, `ink beside "${transcript}" on receipt ${index}`).toBeLessThan(inside * 0.35);
      }
    }
  });

  it('marks what nobody can read as ignored', async () => {
    let ignored = 0;
    for (let index = 0; index < 30; index++) {
      const { instances } = await generateReceipt({ seed: 4, index, longestSide: 160, difficulty: 1 });
      for (const { ignore, transcript } of instances) {
        expect(ignore).toBe(transcript === '###');
        if (ignore) ignored++;
      }
    }
    expect(ignored).toBeGreaterThan(0);
  });
});

describe('makeDocument', () => {
  it('prints only letters that its fonts have, and no text over another', () => {
    for (let index = 0; index < 60; index++) {
      const { sheet } = makeDocument(9, index, 'train');
      for (const { text } of sheet.texts) expect(text).toMatch(/^[ -~\u00a0-\u00ff€]+$/);
      sheet.texts.forEach((a, i) => {
        for (const b of sheet.texts.slice(i + 1)) {
          const overlapX = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
          const overlapY = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
          const isOver = overlapX > 0 && overlapY > 0.3 * Math.min(a.height, b.height);
          expect(isOver, `"${a.text}" over "${b.text}" on receipt ${index}`).toBe(false);
        }
      });
    }
  });

  it('keeps every text on the paper', () => {
    for (let index = 0; index < 60; index++) {
      const { sheet, width, height } = makeDocument(10, index, 'val');
      for (const text of sheet.texts) {
        const isInside =
          text.x >= 0 && text.x + text.width <= width && text.y >= 0 && text.y + text.height <= height;
        expect(isInside, `"${text.text}" on receipt ${index}`).toBe(true);
      }
    }
  });
});
