/** Texts as they come from the page and from drafts, checked as training checks them. */
import { z } from 'zod';
import { parseJson as parseLabels, type TextInstance, writeJson } from '../../labels/index.js';
import { InputError } from '../../system/index.js';

const pointSchema = z.tuple([z.number(), z.number()]).readonly();

export const textSchema = z.object({
  polygon: z.array(pointSchema).readonly(),
  transcript: z.string(),
  ignore: z.boolean(),
  score: z.number().min(0).max(1).optional(),
});
export type Text = z.output<typeof textSchema>;

/** What a picture's entry in `labels.json` is for these texts. A score says what a detector thought, and is no part of a label. */
export function entryOf(name: string, texts: readonly Text[]): unknown {
  const instances: TextInstance[] = texts.map(({ polygon, transcript, ignore }) => ({
    polygon,
    transcript,
    ignore,
  }));
  return JSON.parse(writeJson([{ name, instances }])).images[name];
}

/** @throws InputError when training could not use them: then they are not saved either */
export function assertUsable(name: string, texts: readonly Text[]): void {
  parseLabels(JSON.stringify({ images: { picture: entryOf(name, texts) } }), name, ({ message }) => {
    throw new InputError(`${name} is not saved: ${message}`);
  });
}
