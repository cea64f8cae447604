import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Detection } from 'inkstone-detect';
import { z } from 'zod';
import type { SampleInfo } from '../data/index.js';
import { writeAtomically } from '../system/index.js';
import type { Callback, Run } from '../training/index.js';
import { judgedOutlines } from './outlines.js';
import { isOwnOverlay, OUTLINE_KINDS, renderOverlay } from './overlay.js';

export const overlaysSchema = z
  .strictObject({
    images: z
      .int()
      .min(1)
      .max(1000)
      .default(4)
      .describe('Validation images that are drawn with what was found on them.'),
  })
  .describe('Draws what was found on validation images, into the run folder and the loggers.');

interface Noted {
  readonly sample: SampleInfo;
  readonly detections: readonly Detection[];
}

/** Draws the first validation images with what was found and missed: into the run folder when training ends, and to the loggers. */
export class OverlaysCallback implements Callback {
  readonly name = 'overlays';
  #noted: Noted[] = [];

  constructor(
    readonly options: z.output<typeof overlaysSchema>,
    readonly folder: string,
  ) {}

  onValidationStart(): void {
    this.#noted = [];
  }

  /** Told of every image that is evaluated. */
  note(sample: SampleInfo, detections: readonly Detection[]): void {
    if (this.#noted.length < this.options.images) this.#noted.push({ sample, detections });
  }

  async onFitEnd(run: Run): Promise<void> {
    if (this.#noted.length > 0) mkdirSync(this.folder, { recursive: true });
    const names = fileNames(this.#noted.map(({ sample }) => sample.id));
    for (const [index, { sample, detections }] of this.#noted.entries()) {
      const outlines = judgedOutlines(sample.instances, detections);
      const image = await renderOverlay(sample.imagePath, outlines, OUTLINE_KINDS);
      const name = names[index] as string;
      const file = join(this.folder, `${name}.png`);
      if (!existsSync(file) || isOwnOverlay(file)) writeAtomically(file, image.png);
      else run.terminal.line(`[WARN] ${file} is not of Inkstone's making and stays as it is`);
      run.logImage(`val/${name}`, image);
    }
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
