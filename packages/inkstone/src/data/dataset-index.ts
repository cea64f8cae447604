/**
 * One split of a dataset, checked as far as that goes without decoding: labels parsed, every image's header read, every
 * polygon laid over its image. What remains for later is a damaged body of an image file.
 */
import { createHash } from 'node:crypto';
import type { Size } from 'inkstone-detect';
import { boundingBox, clampToRect } from 'inkstone-detect/geometry';
import { type SourceFact, sourceFact } from '../cache/index.js';
import { DataError, type Problem, type TextInstance } from '../labels/index.js';
import { mapConcurrent } from '../system/index.js';
import { readImageSize, unreadableImage } from './image.js';
import type { DataOptions } from './options.js';
import { ProblemLog } from './problem-log.js';
import { readDataset } from './read-dataset.js';
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
 * @throws DataError at the first problem under `on_error: fail`, or when no sample is left
 */
export async function openIndex(
  options: DataOptions,
  split: Split,
  fingerprint: 'stat' | 'content' = 'stat',
): Promise<IndexedDataset> {
  const { samples: read, skipped } = readDataset(options, split);
  const log = new ProblemLog(options.on_error);
  const pictures = await mapConcurrent(read, CONCURRENT_READS, (sample) => look(sample, fingerprint));
  const samples: IndexedSample[] = [];
  let clamped = 0;
  for (const [i, sample] of read.entries()) {
    const picture = pictures[i];
    if (picture instanceof DataError) {
      log.report(picture.problem);
      continue;
    }
    const { size, imageFact } = picture;
    const instances: TextInstance[] = [];
    for (const instance of sample.instances) {
      const placed = placeInside(instance, size);
      if (placed === null) log.report(outside(sample, instance, size));
      else instances.push(placed);
      if (placed !== instance) clamped++;
    }
    samples.push({
      ...sample,
      ...size,
      instances,
      imageFact,
      labelFact: labelFact(sample.labelPath, sample.id, instances),
    });
  }
  const problems = [...skipped, ...log.problems];
  if (samples.length === 0) {
    const first = new DataError(problems[0]).message;
    const message = `no usable ${split} sample; all of it was skipped (${problems.length} problems, the first: ${first})`;
    throw new DataError({ path: options.root, message });
  }
  return { samples, skipped: problems, clamped };
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
function placeInside(instance: TextInstance, { width, height }: Size): TextInstance | null {
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
  return { path: sample.labelPath, message, ...(line !== undefined && { line }) };
}

function labelFact(path: string, id: string, instances: readonly TextInstance[]): SourceFact {
  const labels = instances.map(({ polygon, ignore }) => [polygon, ignore]);
  const content = createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16);
  return { path: `${path}#${id}`, content };
}
