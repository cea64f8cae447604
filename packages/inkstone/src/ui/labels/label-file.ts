/**
 * `labels.json` in the folder of pictures: what people have confirmed, in the format of `data=json`, and nothing else. Pictures that
 * it does not name are not trained on. What stands in it that the page does not know is kept.
 */
import { dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { imageNamed, readText, realPath, withoutExtension } from '../../data/index.js';
import { DataError, exactLabelText, fail, parseJson as parseLabels } from '../../labels/index.js';
import { InputError, parseJson, writeAtomically } from '../../system/index.js';
import { statOf } from '../folders.js';
import { entryOf, entrySchema, type Label, textsOf, withIds } from './label-entry.js';
import type { Text } from './label-text.js';

export const LABELS = 'labels.json';

const contentSchema = z.looseObject({ images: z.record(z.string(), entrySchema) });
type Content = z.output<typeof contentSchema>;

export class LabelFile {
  readonly path: string;
  readonly #expectOurs: () => void;
  /** Of the file that was read or written last. */
  #state: string | undefined;
  #content: Content = { images: {} };
  /** By key of `images`. */
  #texts = new Map<string, readonly Text[]>();
  /** The key of each picture. */
  #keys = new Map<string, string>();

  /**
   * @param expectOurs throws where the folder is another one by now
   * @throws InputError when the file is there and cannot be read whole: it would be lost with the next change
   */
  constructor(folder: string, expectOurs: () => void) {
    this.path = join(folder, LABELS);
    this.#expectOurs = expectOurs;
    this.#follow();
  }

  /** Undefined for a picture that is not confirmed. @throws InputError */
  textsOf(picture: string): readonly Text[] | undefined {
    this.#follow();
    const key = this.#keys.get(picture);
    return key === undefined ? undefined : this.#texts.get(key);
  }

  /** @throws InputError */
  labelOf(picture: string): Label | undefined {
    this.#follow();
    const key = this.#keys.get(picture);
    return key === undefined ? undefined : { key, entry: this.#content.images[key]! };
  }

  /** Looks again which pictures are named: some may have come, or gone. @throws InputError when one is named twice */
  findPictures(): void {
    this.#follow();
    this.#keys = keysOf(this.#content, this.path);
  }

  /**
   * @param before what stood here for the picture, when nothing does now
   * @throws InputError when training would not find the picture, RunFileError
   */
  put(picture: string, texts: readonly Text[], before: Label | undefined): void {
    const label = this.labelOf(picture) ?? before;
    const key = this.#keyFor(picture, label);
    if (!(key in this.#content.images)) this.#refuseTwin(picture, key);
    const entry = entryOf(texts, label?.entry);
    this.#write({ ...this.#content.images, [key]: entry });
    this.#texts.set(key, textsOf(entry, this.path));
    this.#keys.set(picture, key);
  }

  /** @throws RunFileError */
  remove(picture: string): void {
    const key = this.labelOf(picture)?.key;
    if (key === undefined) return;
    const { [key]: _, ...others } = this.#content.images;
    this.#write(others);
    this.#texts.delete(key);
    this.#keys.delete(picture);
  }

  /** Training knows a picture by its name without the end. */
  #refuseTwin(picture: string, key: string): void {
    const twin = Object.keys(this.#content.images).find(
      (other) => withoutExtension(other) === withoutExtension(key),
    );
    if (twin === undefined) return;
    throw new InputError(
      `${picture} cannot be confirmed: ${twin} is, and has the same name but for its end, and training would take them for one; rename one`,
    );
  }

  #keyFor(picture: string, label: Label | undefined): string {
    const key = [label?.key, picture].find(
      (key) => key !== undefined && pictureOf(key, this.path) === picture,
    );
    if (key !== undefined) return key;
    const other = imageNamed(picture, this.path);
    const reason =
      other === undefined
        ? 'training could not find it under this name; rename it'
        : `${other} has the same name, and training would take that for it; rename one`;
    throw new InputError(`${picture} cannot be confirmed: ${reason}`);
  }

  #write(images: Content['images']): void {
    const content = { ...this.#content, images };
    writeAtomically(this.path, `${JSON.stringify(content)}\n`, this.#expectOurs);
    this.#content = content;
    this.#state = this.#look();
  }

  /** Reads it again when it is another than before: people have other programs. */
  #follow(): void {
    const state = this.#look();
    if (state === this.#state) return;
    const { content, texts } =
      state === undefined ? { content: { images: {} }, texts: new Map() } : readWhole(this.path);
    this.#keys = keysOf(content, this.path);
    this.#content = content;
    this.#texts = texts;
    this.#state = state;
  }

  #look(): string | undefined {
    const stats = statOf(this.path);
    if (stats === undefined) return undefined;
    if (!stats.isFile()) throw new InputError(`${this.path}: is no plain file, so no label is written to it`);
    return `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
  }
}

/** All of it, and the texts by key. @throws InputError */
function readWhole(path: string): { content: Content; texts: Map<string, readonly Text[]> } {
  const text = readText(path, exactLabelText);
  const images = parseLabels(text, path, fail);
  const content = parseJson(text, contentSchema, path, 'mend or rename it');
  const texts = images.map(
    ({ name, instances }) => [name, withIds(instances, content.images[name]!)] as const,
  );
  return { content, texts: new Map(texts) };
}

/** By picture, as training finds it. @throws DataError for two keys that lead to one */
function keysOf({ images }: Content, path: string): Map<string, string> {
  const keys = new Map<string, string>();
  for (const key of Object.keys(images)) {
    const picture = pictureOf(key, path);
    if (picture === undefined) continue;
    const other = keys.get(picture);
    if (other !== undefined) {
      throw new DataError({
        path,
        message: `"${other}" and "${key}" name one picture, ${picture}; keep one of the two`,
      });
    }
    keys.set(picture, key);
  }
  return keys;
}

/** The path of the picture, below the folder of the label file; undefined when it is not there. */
function pictureOf(key: string, path: string): string | undefined {
  const file = imageNamed(key, path);
  return file && relative(dirname(path), realPath(file)).split(sep).join('/');
}
