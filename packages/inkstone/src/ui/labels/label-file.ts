/**
 * `labels.json` in the folder of pictures: what people have confirmed, in the format of `data=json`, and nothing else. Pictures that
 * it does not name are not trained on. What stands in it that the page does not know is kept.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, labelText, parseJson as parseLabels, type TextInstance } from '../../labels/index.js';
import { InputError, parseJson, writeAtomically } from '../../system/index.js';
import { statOf } from '../folders.js';
import { entryOf, type Text } from './label-text.js';

export const LABELS = 'labels.json';

const contentSchema = z.looseObject({ images: z.record(z.string(), z.unknown()) });
type Content = z.output<typeof contentSchema>;

export class LabelFile {
  readonly path: string;
  /** Of the file that was read or written last. */
  #state: string | undefined;
  #content: Content = { images: {} };
  #texts = new Map<string, readonly TextInstance[]>();

  /** @throws InputError when the file is there and cannot be read whole: it would be lost with the next change */
  constructor(folder: string) {
    this.path = join(folder, LABELS);
    this.#follow();
  }

  /** By the picture's name. */
  texts(): ReadonlyMap<string, readonly TextInstance[]> {
    this.#follow();
    return this.#texts;
  }

  /** @throws RunFileError */
  put(name: string, texts: readonly Text[]): void {
    this.#follow();
    const entry = entryOf(name, texts);
    this.#write({ ...this.#content.images, [name]: entry });
    const [image] = parseLabels(JSON.stringify({ images: { [name]: entry } }), this.path, fail);
    this.#texts.set(name, image!.instances);
  }

  /** @throws RunFileError */
  remove(name: string): void {
    this.#follow();
    const { [name]: _, ...others } = this.#content.images;
    this.#write(others);
    this.#texts.delete(name);
  }

  #write(images: Content['images']): void {
    const content = { ...this.#content, images };
    writeAtomically(this.path, `${JSON.stringify(content)}\n`);
    this.#content = content;
    this.#state = this.#look();
  }

  /** Reads it again when it is another than before: people have other programs. */
  #follow(): void {
    const state = this.#look();
    if (state === this.#state) return;
    if (state === undefined) {
      this.#content = { images: {} };
      this.#texts = new Map();
    } else {
      const text = labelText(readFileSync(this.path));
      const images = parseLabels(text, this.path, fail);
      this.#content = parseJson(text, contentSchema, this.path, 'mend or rename it');
      this.#texts = new Map(images.map(({ name, instances }) => [name, instances]));
    }
    this.#state = state;
  }

  #look(): string | undefined {
    const stats = statOf(this.path);
    if (stats === undefined) return undefined;
    if (!stats.isFile()) throw new InputError(`${this.path}: is no plain file, so no label is written to it`);
    return `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
  }
}
