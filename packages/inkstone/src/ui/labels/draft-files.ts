/**
 * What is no label yet: the detector's first boxes, and people's work that they have not confirmed. A file for each picture in a hidden
 * folder, which no reader of data sets looks into.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeAtomically } from '../../system/index.js';
import { labelSchema } from './label-entry.js';
import { textSchema } from './label-text.js';

const draftSchema = z.object({
  picture: z.string(),
  /** A person has worked on it: the detector leaves it alone. */
  isEdited: z.boolean(),
  doubt: z.number().nullable(),
  texts: z.array(textSchema).readonly(),
  /** What stood in `labels.json` until the confirmation was taken back. */
  label: labelSchema.optional(),
});
export type Draft = Readonly<z.output<typeof draftSchema>>;

export class DraftFiles {
  readonly #folder: string;
  readonly #expectOurs: () => void;
  readonly #drafts = new Map<string, Draft>();

  /**
   * @param expectOurs throws where the folder is another one by now
   * @throws InputError for a draft that cannot be read
   */
  constructor(folder: string, expectOurs: () => void) {
    this.#folder = folder;
    this.#expectOurs = expectOurs;
    mkdirSync(folder, { recursive: true });
    for (const file of readdirSync(folder)) {
      if (!file.endsWith('.json')) continue;
      const draft = readJson(join(folder, file), draftSchema, 'remove it to have the picture drafted again');
      this.#drafts.set(draft.picture, draft);
    }
  }

  get(picture: string): Draft | undefined {
    return this.#drafts.get(picture);
  }

  /** @throws RunFileError */
  put(draft: Draft): void {
    writeAtomically(this.#fileOf(draft.picture), `${JSON.stringify(draft)}\n`, this.#expectOurs);
    this.#drafts.set(draft.picture, draft);
  }

  remove(picture: string): void {
    this.#expectOurs();
    rmSync(this.#fileOf(picture), { force: true });
    this.#drafts.delete(picture);
  }

  /** Names of pictures may be too long, or have folders in them. */
  #fileOf(picture: string): string {
    return join(this.#folder, `${createHash('sha256').update(picture).digest('hex')}.json`);
  }
}
