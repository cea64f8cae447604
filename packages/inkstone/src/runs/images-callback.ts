import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../labels/index.js';
import type { Callback, Run } from '../training/index.js';
import { type ImageRow, type JudgedImage, worseFirst } from './image-rows.js';
import { judgedOutlines } from './outlines.js';
import { isOwnOverlay, OUTLINE_KINDS, renderOverlay } from './overlay.js';
import { IMAGES } from './run-files.js';
import type { RunFolder } from './run-folder.js';

export const overlaysSchema = z
  .strictObject({
    images: z
      .int()
      .min(1)
      .max(1000)
      .default(4)
      .describe('Validation images that are drawn with what was found on them: the first ones.'),
    worst: z
      .int()
      .min(0)
      .max(1000)
      .default(8)
      .describe('Validation images that came out worst, which are drawn besides.'),
  })
  .describe('Draws what was found on validation images, into the run folder and the loggers.');

type OverlayOptions = z.output<typeof overlaysSchema>;

/** Longest side of the pictures, in pixels. */
const PICTURE_SIZE = 2000;

/**
 * Writes after every validation how each image came out, and draws some of them when training ends: the first ones, which are the
 * same in every run, and the worst.
 */
export class ImagesCallback implements Callback {
  readonly name = 'images';
  /** Of the validation that the rows are of. */
  #step = 0;
  #rows: ImageRow[] = [];
  #first: JudgedImage[] = [];
  #worst: JudgedImage[] = [];

  constructor(
    readonly folder: RunFolder,
    /** Null: none is drawn. */
    readonly options: OverlayOptions | null,
  ) {}

  onValidationStart(): void {
    this.#rows = [];
    this.#first = [];
    this.#worst = [];
  }

  /** Told of every image that is evaluated. */
  note(image: JudgedImage): void {
    this.#rows.push(image.row);
    if (this.options === null) return;
    if (this.#first.length < this.options.images) {
      this.#first.push(image);
      return;
    }
    this.#worst = [...this.#worst, image]
      .sort((a, b) => worseFirst(a.row, b.row))
      .slice(0, this.options.worst);
  }

  onValidationEnd(run: Run): void {
    this.#step = run.step;
    this.#write();
  }

  async onFitEnd(run: Run): Promise<void> {
    const images = [...this.#first, ...this.#worst];
    if (images.length === 0) return;
    const names = fileNames(images.map(({ row }) => row.id));
    for (const [index, { sample, detections, fates, row }] of images.entries()) {
      const outlines = judgedOutlines(sample.instances, detections, fates);
      const image = await renderOverlay(sample.imagePath, outlines, OUTLINE_KINDS, PICTURE_SIZE).catch(
        (error: unknown) => {
          if (!(error instanceof DataError)) throw error;
          run.terminal.line(`[WARN] ${error.message}; it is not drawn`);
        },
      );
      // Validation may have had it from the cache. The run is none the worse for it, and has yet to be saved.
      if (image === undefined) continue;
      const name = names[index] as string;
      const file = join(this.folder.overlays, `${name}.png`);
      if (!existsSync(file) || isOwnOverlay(file)) this.folder.replace(file, image.png);
      else run.terminal.line(`[WARN] ${file} is not of Inkstone's making and stays as it is`);
      run.logImage(`val/${name}`, image);
      this.#rows[this.#rows.indexOf(row)] = { ...row, picture: `${name}.png` };
    }
    this.#write();
  }

  #write(): void {
    if (this.#rows.length === 0) return;
    const images = this.#rows.map((row) => JSON.stringify(row)).join(',\n');
    this.folder.write(IMAGES, `{"step": ${this.#step}, "images": [\n${images}\n]}\n`);
  }
}

/** Ids as names of files in one folder: `a/b` as `a_b`, or as `a_b-2` beside the picture of that name. */
function fileNames(ids: readonly string[]): string[] {
  const taken = new Set<string>();
  for (const id of ids) {
    const name = id.replaceAll('/', '_');
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
    taken.add(free);
  }
  return [...taken];
}
