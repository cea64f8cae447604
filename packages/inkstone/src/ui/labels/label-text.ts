/** Texts as they come from the page and from drafts. */
import { z } from 'zod';

const pointSchema = z.tuple([z.number(), z.number()]).readonly();

export const textSchema = z.object({
  polygon: z.array(pointSchema).readonly(),
  transcript: z.string(),
  ignore: z.boolean(),
  score: z.number().min(0).max(1).optional(),
  id: z.string().optional(),
});
export type Text = z.output<typeof textSchema>;

/** What a person sees of a text: two with the same are the same. */
export function contentOf({ polygon, transcript, ignore }: Text): string {
  return JSON.stringify([polygon, transcript, ignore]);
}
