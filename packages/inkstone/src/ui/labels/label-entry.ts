/**
 * A picture's entry in `labels.json`: its texts, and what the page does not know of. That stays when the texts change, as do the
 * words that have not changed.
 */
import { z } from 'zod';
import { fail, parseJson as parseLabels, type TextInstance, writeJson } from '../../labels/index.js';
import { InputError } from '../../system/index.js';
import { contentOf, type Text } from './label-text.js';

const wordSchema = z.looseObject({});
export const entrySchema = z.looseObject({ words: z.record(z.string(), wordSchema).optional() });
export type Entry = z.output<typeof entrySchema>;

/** An entry with the key that names its picture. */
export const labelSchema = z.object({ key: z.string(), entry: entrySchema });
export type Label = Readonly<z.output<typeof labelSchema>>;

/** @throws DataError when training could not use it */
export function textsOf(entry: Entry, where: string): Text[] {
  const [image] = parseLabels(JSON.stringify({ images: { picture: entry } }), where, fail);
  return withIds(image!.instances, entry);
}

/** The texts that were read from an entry, all of them, with the ids of its words. */
export function withIds(instances: readonly TextInstance[], { words = {} }: Entry): Text[] {
  const ids = Object.keys(words);
  return instances.map((instance, index) => ({ ...instance, id: ids[index]! }));
}

/** @param before what stood there */
export function entryOf(texts: readonly Text[], before: Entry = {}): Entry {
  const known = new Map(textsOf(before, 'labels.json').map((text) => [text.id!, text]));
  const ids = idsOf(texts, known);
  const words = texts.map((text, index) => {
    const id = ids[index]!;
    const old = known.get(id);
    if (old === undefined) return [id, wordOf(text)];
    const word = before.words![id]!;
    if (contentOf(old) === contentOf(text)) return [id, word];
    const { illegibility: _, ...kept } = word;
    return [id, { ...kept, ...wordOf(text) }];
  });
  return { ...before, words: Object.fromEntries(words) };
}

/** Which word each text is: the unchanged one, else the one that the page says it was, else a new one. */
function idsOf(texts: readonly Text[], known: ReadonlyMap<string, Text>): string[] {
  const unchanged = new Map<string, string[]>();
  for (const [id, text] of known) {
    const content = contentOf(text);
    const ids = unchanged.get(content);
    if (ids === undefined) unchanged.set(content, [id]);
    else ids.push(id);
  }
  const left = new Set(known.keys());
  const take = (id: string | undefined) => (id !== undefined && left.delete(id) ? id : undefined);
  const same = texts.map((text) => take(unchanged.get(contentOf(text))?.shift()));
  const found = texts.map(({ id }, index) => same[index] ?? take(id));
  let last = 0;
  return found.map((id) => {
    if (id !== undefined) return id;
    do last++;
    while (known.has(String(last)));
    return String(last);
  });
}

/** A score says what a detector thought, and is no part of a label. */
function wordOf({ polygon, transcript, ignore }: Text): z.output<typeof wordSchema> {
  const { images } = JSON.parse(
    writeJson([{ name: 'picture', instances: [{ polygon, transcript, ignore }] }]),
  );
  return images.picture.words[1];
}

/** @throws InputError when training could not use them: then they are not saved either */
export function assertUsable(name: string, texts: readonly Text[]): void {
  const images = { picture: entryOf(texts) };
  parseLabels(JSON.stringify({ images }), name, ({ message }) => {
    throw new InputError(`${name} is not saved: ${message}`);
  });
}
