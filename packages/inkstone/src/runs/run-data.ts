/** Whether a run that goes on still has the images that it was trained on. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ConfigError } from '../config/index.js';
import type { Dataset } from '../data/index.js';

const dataSchema = z.object({
  images: z.object({ train: z.int(), val: z.int() }),
  /** Of the names of all images. */
  names: z.string(),
});

type DataDescription = Readonly<z.output<typeof dataSchema>>;

/** What a checkpoint keeps of its data: enough to tell another set under the same name, or one to which images were added. */
export function describeData(train: Labelled, val: Labelled): DataDescription {
  const names = [train, val].map(({ samples }) => samples.map(({ id }) => id));
  return {
    images: { train: train.samples.length, val: val.samples.length },
    names: createHash('sha256').update(JSON.stringify(names)).digest('hex'),
  };
}

type Labelled = Pick<Dataset, 'samples'>;

/** @throws ConfigError unless a run has the images that it had, or `data` is allowed to change */
export function refuseOtherData(
  folder: string,
  before: unknown,
  now: DataDescription,
  allowed: readonly string[],
): void {
  const { data } = dataSchema.safeParse(before);
  if (data === undefined || data.names === now.names || allowed.includes('data')) return;
  const count = ({ images }: DataDescription) =>
    `${images.train} for training and ${images.val} for validation`;
  const images =
    count(data) === count(now) ? `${count(now)}, but others` : `${count(data)}, now ${count(now)}`;
  throw new ConfigError(
    `${folder} was trained on other images (${images}); look at data.root, or allow it with --allow data`,
  );
}
