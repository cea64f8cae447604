/** Whether a run that goes on still has the images and texts that it was trained on. */
import { z } from 'zod';
import { ConfigError } from '../config/index.js';
import type { Dataset } from '../data/index.js';
import { sha256 } from '../nn/index.js';

const dataSchema = z.object({
  images: z.object({ train: z.int(), val: z.int() }),
  /** Of the names of all images. */
  names: z.string(),
  /** Of their names and sizes, and of these and their texts. Not in checkpoints that were written before they were. */
  sizes: z.string().optional(),
  texts: z.string().optional(),
});

type DataDescription = Readonly<z.output<typeof dataSchema>>;

/** What a checkpoint keeps of its data: enough to tell another set under the same name, or one to which images were added. */
export function describeData(train: Labelled, val: Labelled): DataDescription {
  const names = [train, val].map(({ samples }) => samples.map(({ id }) => id));
  const all = [...train.samples, ...val.samples];
  return {
    images: { train: train.samples.length, val: val.samples.length },
    names: sha256([JSON.stringify(names)]),
    sizes: sha256(rowsOf(all, ({ id, width, height }) => [id, width, height])),
    texts: sha256(rowsOf(all, ({ id, width, height, instances }) => [id, width, height, instances])),
  };
}

type Labelled = Pick<Dataset, 'samples'>;

/** One after the other: of a large data set, all of them would be no string. */
function* rowsOf<Sample>(samples: readonly Sample[], row: (sample: Sample) => unknown): Generator<string> {
  for (const sample of samples) yield JSON.stringify(row(sample));
}

/**
 * What is to be said where the texts of a run's images are others than before: corrected, for instance. Undefined where they are not.
 *
 * @throws ConfigError unless a run has the images that it had, or `data` is allowed to change
 */
export function compareData(
  folder: string,
  before: unknown,
  now: DataDescription,
  allowed: readonly string[],
): string | undefined {
  const { data } = dataSchema.safeParse(before);
  if (data === undefined || allowed.includes('data')) return undefined;
  const differs = (part: 'names' | 'sizes' | 'texts') => data[part] !== undefined && data[part] !== now[part];
  if (!differs('names') && !differs('sizes')) {
    return differs('texts')
      ? `labels: not as they were when ${folder} was trained; it goes on with them`
      : undefined;
  }
  const count = ({ images }: DataDescription) =>
    `${images.train} for training and ${images.val} for validation`;
  const images =
    count(data) === count(now) ? `${count(now)}, but others` : `${count(data)}, now ${count(now)}`;
  throw new ConfigError(
    `${folder} was trained on other images (${images}); look at data.root, or allow it with --allow data`,
  );
}
