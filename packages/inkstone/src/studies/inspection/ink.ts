/**
 * Where a picture has ink, as far as edges tell, and how well labels fit it. Nothing here knows what letters look like: all
 * that counts is that text has more edges than the paper around it, so the same labels read in another way (shifted,
 * mirrored) fit much less.
 */
import type { RgbImage } from 'inkstone-detect';
import { area, type Point, type Polygon, visitRuns } from 'inkstone-detect/geometry';
import { decodeImage } from '../../data/index.js';
import type { LabelledSample } from './sample.js';

/** Longest side at which pictures are looked at: letters of a receipt still have edges, and little has to be decoded. */
const SIDE = 640;
/** Edge strength, of 0 to 510, beyond which an edge counts no more: a black frame weighs as much as a letter. */
const STRONGEST = 96;
/** Shifts that are tried, in pixels of the picture looked at: a row is lower than it is long. */
const SHIFT_STEP = { x: 4, y: 2 };
/** Furthest shift that is tried, as a share of the longest side. */
const SHIFT_REACH = 0.1;

/** In pixels of the original. */
export interface Shift {
  readonly x: number;
  readonly y: number;
  readonly fit: number;
}

/** Pixels of row `y`, x in [start, end). */
type Run = [y: number, start: number, end: number];

/** Pixels under labels. */
interface Cover {
  /** Pixels in the picture. */
  inside: number;
  /** Pixels that the labels would cover beyond its edge. */
  outside: number;
  /** Sum of edge strength. */
  ink: number;
}

/** Labels are given in pixels of the upright original. */
export class Ink {
  readonly #width: number;
  readonly #height: number;
  /** Pixels looked at for one of the original. */
  readonly #scale: number;
  /** `[height, width + 1]`: in each row the edge strength of all pixels to the left, so that a run costs two look-ups. */
  readonly #sums: Float64Array;
  #total = 0;
  #totalSquares = 0;

  /** @throws DataError when the picture is damaged */
  static async read(sample: LabelledSample): Promise<Ink> {
    return new Ink(await decodeImage(sample.imagePath, SIDE), sample.width);
  }

  /** @param originalWidth of the picture that `image` is a reduced copy of */
  constructor({ width, height, data }: RgbImage, originalWidth: number) {
    this.#width = width;
    this.#height = height;
    this.#scale = width / originalWidth;
    this.#sums = new Float64Array(height * (width + 1));
    const grey = new Int16Array(width * height);
    for (let i = 0; i < grey.length; i++) grey[i] = (data[3 * i]! + data[3 * i + 1]! + data[3 * i + 2]!) / 3;
    for (let y = 0; y < height; y++) {
      const above = width * Math.max(0, y - 1);
      const row = width * y;
      const below = width * Math.min(height - 1, y + 1);
      let sum = 0;
      for (let x = 0; x < width; x++) {
        const across = grey[row + Math.min(width - 1, x + 1)]! - grey[row + Math.max(0, x - 1)]!;
        const down = grey[below + x]! - grey[above + x]!;
        const edge = Math.min(STRONGEST, Math.abs(across) + Math.abs(down));
        sum += edge;
        this.#totalSquares += edge * edge;
        this.#sums[y * (width + 1) + x + 1] = sum;
      }
      this.#total += sum;
    }
  }

  /**
   * Correlation, over all pixels, of edge strength with "a label is here": from −1 to 1, about 0 for labels of any other
   * picture. What lies beyond the picture's edge counts as paper, so labels that stick out fit less.
   */
  fit(polygons: readonly Polygon[]): number {
    const cover: Cover = { inside: 0, outside: 0, ink: 0 };
    for (const polygon of polygons) {
      const before = cover.inside;
      this.#visit(polygon, (y, start, end) => this.#add(cover, y, start, end));
      cover.outside += Math.max(0, area(polygon) * this.#scale ** 2 - (cover.inside - before));
    }
    return this.#correlation(cover);
  }

  /** Mean edge strength under a label, 0 where it lies outside. */
  strength(polygon: Polygon): number {
    const cover: Cover = { inside: 0, outside: 0, ink: 0 };
    this.#visit(polygon, (y, start, end) => this.#add(cover, y, start, end));
    return cover.inside === 0 ? 0 : cover.ink / cover.inside;
  }

  /** By how much the labels would have to be moved, all alike, to fit best. */
  bestShift(polygons: readonly Polygon[]): Shift {
    const runs: Run[] = [];
    for (const polygon of polygons) this.#visit(polygon, (...run) => runs.push(run));
    const reach = SHIFT_REACH * Math.max(this.#width, this.#height);
    const furthest = { x: Math.floor(reach / SHIFT_STEP.x), y: Math.floor(reach / SHIFT_STEP.y) };
    let best: Shift = { x: 0, y: 0, fit: Number.NEGATIVE_INFINITY };
    for (let row = -furthest.y; row <= furthest.y; row++) {
      for (let column = -furthest.x; column <= furthest.x; column++) {
        const [x, y] = [column * SHIFT_STEP.x, row * SHIFT_STEP.y];
        const fit = this.#fitOfRuns(runs, x, y);
        if (fit > best.fit) best = { x: Math.round(x / this.#scale), y: Math.round(y / this.#scale), fit };
      }
    }
    return best;
  }

  #visit(polygon: Polygon, visit: (...run: Run) => void): void {
    const scaled = polygon.map(([x, y]): Point => [x * this.#scale, y * this.#scale]);
    visitRuns(scaled, this.#width, this.#height, visit);
  }

  #fitOfRuns(runs: readonly Run[], dx: number, dy: number): number {
    const cover: Cover = { inside: 0, outside: 0, ink: 0 };
    for (const [y, start, end] of runs) {
      const isInside = y + dy >= 0 && y + dy < this.#height;
      const from = Math.min(this.#width, Math.max(0, start + dx));
      const to = isInside ? Math.max(from, Math.min(this.#width, end + dx)) : from;
      if (to > from) this.#add(cover, y + dy, from, to);
      cover.outside += end - start - (to - from);
    }
    return this.#correlation(cover);
  }

  #add(cover: Cover, y: number, start: number, end: number): void {
    const row = y * (this.#width + 1);
    cover.inside += end - start;
    cover.ink += this.#sums[row + end]! - this.#sums[row + start]!;
  }

  #correlation({ inside, outside, ink }: Cover): number {
    const covered = inside + outside;
    const all = this.#width * this.#height + outside;
    const mean = this.#total / all;
    const variance = this.#totalSquares / all - mean ** 2;
    if (covered === 0 || covered >= all || variance <= 0) return 0;
    return (ink / covered - mean) * Math.sqrt(covered / (all - covered) / variance);
  }
}
