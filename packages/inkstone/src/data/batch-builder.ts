/** Filling one batch's memory: used by workers, and by the main thread when there are none. */
import { layImage, roundUpToSide } from 'inkstone-detect';
import { DataError, type Problem } from '../labels/index.js';
import { mapConcurrent } from '../system/index.js';
import type { SampleInfo, TargetMaps } from './batch.js';
import type { IndexedSample } from './dataset-index.js';
import type { DataOptions, OnError } from './options.js';
import { layMaps } from './packed-maps.js';
import type { Pipeline, PreparedSample } from './pipeline.js';

/** One batch to be made. */
export interface BatchTask {
  epoch: number;
  index: number;
  members: readonly Member[];
  /** Number of the slot to fill. */
  slot: number;
}

/** A sample of a batch. It travels with the task, so that no worker holds the labels of a whole dataset. */
export interface Member {
  /** Its place in the dataset. */
  index: number;
  sample: IndexedSample;
}

/** What was made of a task; the pixels are in its slot. */
export interface BuiltBatch {
  width: number;
  height: number;
  /** Of the samples that are in the batch, in order, with their places in the dataset. */
  items: { index: number; info: Omit<SampleInfo, 'instances'> }[];
  /** Samples left out because their files are damaged. */
  skipped: SkippedItem[];
  /** Milliseconds. */
  prepare: number;
}

interface SkippedItem {
  index: number;
  problem: Problem;
}

interface PreparedItem {
  index: number;
  sample: PreparedSample;
}

export interface BatchShape {
  /** Pixels a side that no sample exceeds. */
  maxSide: number;
  pad: DataOptions['pad'];
  maps: boolean;
}

/** Parts of a slot start at multiples of this from its beginning. */
const PAGE = 4096;
const MAPS = 4;
/** Samples prepared at a time: while one is decoded in a library thread, another is warped here. */
const CONCURRENT_SAMPLES = 2;

/** Bytes that the largest batch takes. */
export function slotBytes(batchSize: number, { maxSide, maps }: BatchShape): number {
  const area = batchSize * roundUpToSide(maxSide) ** 2;
  return toPage(3 * area) + (maps ? MAPS * toPage(area) : 0);
}

/** Views of the batch in its slot: images `[n, height, width, 3]`, maps `[n, height, width]`. */
export function viewSlot(
  slot: SharedArrayBuffer,
  n: number,
  height: number,
  width: number,
  maps: boolean,
): { images: Uint8Array; maps?: TargetMaps } {
  const area = n * height * width;
  const images = new Uint8Array(slot, 0, 3 * area);
  if (!maps) return { images };
  const first = toPage(3 * area);
  const plane = (i: number) => new Uint8Array(slot, first + i * toPage(area), area);
  return {
    images,
    maps: { probability: plane(0), probabilityMask: plane(1), threshold: plane(2), thresholdMask: plane(3) },
  };
}

/** @throws DataError when a file is damaged and `onError` is `fail` */
export async function buildBatch(
  pipeline: Pipeline,
  task: BatchTask,
  slot: SharedArrayBuffer,
  shape: BatchShape,
  onError: OnError,
): Promise<BuiltBatch> {
  const started = performance.now();
  const { prepared, skipped } = await prepare(pipeline, task, onError);
  const side = (length: (sample: PreparedSample) => number) =>
    roundUpToSide(
      shape.pad === 'square' ? shape.maxSide : Math.max(0, ...prepared.map((p) => length(p.sample))),
    );
  const width = side(({ image }) => image.width);
  const height = side(({ image }) => image.height);
  const view = viewSlot(slot, prepared.length, height, width, shape.maps);
  prepared.forEach(({ sample }, n) => {
    layImage(sample.image, view.images.subarray(3 * n * height * width, 3 * (n + 1) * height * width), width);
    if (view.maps) layMaps(sample.maps!, view.maps, n, width, height);
  });
  const items = prepared.map(({ index, sample }) => {
    const { instances: _, ...info } = sample.info;
    return { index, info };
  });
  return { width, height, items, skipped, prepare: performance.now() - started };
}

/** Prepares the task's samples, a few at a time, in their order. */
async function prepare(pipeline: Pipeline, { epoch, members }: BatchTask, onError: OnError) {
  const results = await mapConcurrent(
    members,
    CONCURRENT_SAMPLES,
    async ({ index, sample }): Promise<PreparedItem | SkippedItem> => {
      try {
        return { index, sample: await pipeline.load(sample, { epoch, index }) };
      } catch (error) {
        if (!(error instanceof DataError) || onError === 'fail') throw error;
        return { index, problem: { ...error.problem, image: sample.id } };
      }
    },
  );
  const prepared = results.filter((result) => 'sample' in result);
  const skipped = results.filter((result) => 'problem' in result);
  return { prepared, skipped };
}

function toPage(bytes: number): number {
  return Math.ceil(bytes / PAGE) * PAGE;
}
