/**
 * One split of a dataset, checked as far as that goes without decoding: labels parsed, every image's header read, every
 * polygon laid over its image. What remains for later is a damaged body of an image file.
 */
import { createHash } from 'node:crypto';
import type { Size } from 'inkstone-detect';
import { boundingBox, clampToRect } from 'inkstone-detect/geometry';
import { type SourceFact, sourceFact } from '../cache/index.js';
import { DataError, type Problem, type TextInstance } from '../labels/index.js';
import { counted, mapConcurrent } from '../system/index.js';
import { readImageSize, unreadableImage } from './image.js';
import type { DataOptions } from './options.js';
import { collectInto, nothingLeft, readableTexts, settleProblems } from './problems.js';
import { readLabels } from './read-dataset.js';
import type { Sample, Split } from './sample.js';

/** A sample whose image can be opened. */
export interface IndexedSample extends Sample {
  /** Size of the upright original in pixels. */
  width: number;
  height: number;
  /** The image file as it was when the dataset was opened. */
  imageFact: SourceFact;
  /** This sample's own labels by content, so that an edit elsewhere in a shared label file does not count. */
  labelFact: SourceFact;
}

export interface IndexedDataset {
  samples: IndexedSample[];
  skipped: Problem[];
  /** Texts that stuck out of their image and were moved onto its edge. */
  clamped: number;
}

/** Headers read at a time: as many as Node has file-system threads for, times two. */
const CONCURRENT_READS = 8;

/**
 * Reads and checks a split. Texts that stick out of the image are moved onto its edge, as DB does; texts wholly outside
 * are a problem like any other.
 *
 * @throws DataError or DatasetError at any problem under `on_error: fail`, when too much is unusable, or nothing is text
 */
export async function openIndex(
  options: DataOptions,
  split: Split,
  fingerprint: 'stat' | 'content' = 'stat',
): Promise<IndexedDataset> {
  const { samples: read, skipped } = readLabels(options, split);
  const report = collectInto(skipped);
  const pictures = await mapConcurrent(read, CONCURRENT_READS, (sample) => look(sample, fingerprint));
  const samples: IndexedSample[] = [];
  let clamped = 0;
  for (const [i, sample] of read.entries()) {
    const picture = pictures[i];
    if (picture instanceof DataError) {
      report({ ...picture.problem, image: sample.id });
      continue;
    }
    const { size, imageFact } = picture;
    const instances: TextInstance[] = [];
    for (const instance of sample.instances) {
      const placed = placeInside(instance, size);
      if (placed !== null) {
        instances.push(placed);
        if (placed !== instance) clamped++;
      } else if (!instance.ignore) report(outside(sample, instance, size));
    }
    samples.push({
      ...sample,
      ...size,
      instances,
      imageFact,
      labelFact: labelFact(sample.labelPath, sample.id, instances),
    });
  }
  settleProblems(options, split, skipped, samples);
  if (samples.length === 0) throw nothingLeft(options.root, split, skipped, 'images');
  if (split === 'train') assertText(options.root, samples);
  return { samples, skipped, clamped };
}

/** A network that is shown no text learns to find none. */
function assertText(root: string, samples: readonly Sample[]): void {
  if (readableTexts(samples) > 0) return;
  const ignored = samples.reduce((sum, { instances }) => sum + instances.length, 0);
  const found = `${counted(samples.length, 'image')} with ${counted(ignored, 'ignored text')}`;
  const message = `train has no text to learn from: ${found}; a training needs one that is not ignored`;
  throw new DataError({ path: root, message });
}

interface Picture {
  /** The file before anything of it was read: should it be exchanged meanwhile, the cache will notice. */
  readonly imageFact: SourceFact;
  /** Of the upright image. */
  readonly size: Size;
}

/** The picture, or what is wrong with its file. */
async function look({ imagePath }: Sample, fingerprint: 'stat' | 'content'): Promise<Picture | DataError> {
  try {
    const imageFact = sourceFact(imagePath, fingerprint);
    return { imageFact, size: await readImageSize(imagePath) };
  } catch (error) {
    if (error instanceof DataError) return error;
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return unreadableImage(imagePath, error);
  }
}

/** The text within the image: itself, moved onto the edge, or null when nothing of it is inside. */
export function placeInside(instance: TextInstance, { width, height }: Size): TextInstance | null {
  const { minX, minY, maxX, maxY } = boundingBox(instance.polygon);
  if (minX >= 0 && minY >= 0 && maxX <= width && maxY <= height) return instance;
  if (maxX <= 0 || maxY <= 0 || minX >= width || minY >= height) return null;
  return { ...instance, polygon: clampToRect(instance.polygon, width, height) };
}

function outside(
  sample: Sample,
  { polygon, transcript, line }: TextInstance,
  { width, height }: Size,
): Problem {
  const { minX, minY, maxX, maxY } = boundingBox(polygon);
  const text = transcript === '' ? 'a text' : `the text "${transcript}"`;
  const where = `x ${minX} to ${maxX}, y ${minY} to ${maxY}`;
  const message = `${text} (${where}) lies outside its ${width} × ${height} image ${sample.id}`;
  const reason = 'a text lies outside its image';
  // Its place is known, and nothing of the image is there.
  return {
    path: sample.labelPath,
    message,
    reason,
    image: sample.id,
    ignored: true,
    ...(line !== undefined && { line }),
  };
}

function labelFact(path: string, id: string, instances: readonly TextInstance[]): SourceFact {
  const labels = instances.map(({ polygon, ignore }) => [polygon, ignore]);
  const content = createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16);
  return { path: `${path}#${id}`, content };
}
