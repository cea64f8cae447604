import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guessFormat } from './guess-format.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'inkstone-format-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string) {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Labels alone are read: pictures may be empty. */
function pictures(...names: readonly string[]) {
  for (const name of names) write(name, '');
}

describe('guessFormat', () => {
  it('knows ICDAR folders, with and without splits', () => {
    pictures('images/1.jpg', 'images/2.jpg');
    write('gt/1.txt', '1,1,50,1,50,20,1,20,TOTAL\n');
    write('gt/2.txt', '');
    expect(guessFormat(root)).toEqual({ name: 'icdar' });
  });

  it('knows lines of more than four points', () => {
    pictures('train/images/1.jpg', 'train/images/2.jpg', 'train/images/3.jpg');
    const polygons = '1,1,25,0,50,1,50,20,25,21,1,20,TOTAL\n'.repeat(9);
    for (const id of [1, 2, 3]) write(`train/gt/${id}.txt`, polygons);
    expect(guessFormat(root)).toEqual({ name: 'icdar', polygon_points: 'any' });
  });

  it('knows the label files of PaddleOCR and JSON', () => {
    pictures('images/1.jpg', 'images/2.jpg');
    const points = [
      [1, 1],
      [50, 1],
      [50, 20],
      [1, 20],
    ];
    const line = (id: number) =>
      `images/${id}.jpg\t${JSON.stringify([{ transcription: 'TOTAL', points }])}\n`;
    write('Label.txt', line(1) + line(2));
    expect(guessFormat(root)).toEqual({ name: 'paddle' });
    rmSync(join(root, 'Label.txt'));
    const words = { words: { 1: { points } } };
    write('labels.json', JSON.stringify({ images: { '1.jpg': words, '2.jpg': words } }));
    expect(guessFormat(root)).toEqual({ name: 'json' });
    expect(guessFormat(join(root, 'labels.json'))).toEqual({ name: 'json' });
  });

  it('says why labels that are there cannot be used', () => {
    pictures('1.jpg');
    write('labels.json', '{"images": {"1.jpg": ');
    expect(() => guessFormat(root)).toThrow(
      /^\S+: none of its labels can be used, first: \S+labels\.json: is not JSON/,
    );
  });

  it('says what it looked for when there is nothing to train on', () => {
    pictures('1.jpg');
    expect(() => guessFormat(root)).toThrow(
      `${root}: holds no pictures with labels that Inkstone reads; it looks for <root>/train`,
    );
    expect(() => guessFormat(join(root, 'nowhere'))).toThrow('there is no such folder or file');
  });
});
