/** The thread that prepares samples, one task after another: a batch into the slot that its task names, or one for the cache. */
import { workerData } from 'node:worker_threads';
import type { RgbImage } from 'inkstone-detect';
import sharp from 'sharp';
import { type CacheHandle, CacheManager } from '../cache/index.js';
import { DataError, type Problem } from '../labels/index.js';
import { answerTasks } from '../system/index.js';
import { type BatchShape, type BatchTask, type BuiltBatch, buildBatch } from './batch-builder.js';
import type { IndexedSample } from './dataset-index.js';
import { Pipeline, type PipelineSettings } from './pipeline.js';

/** What a worker is told of a dataset when it starts. */
export interface WorkerSetup {
  settings: PipelineSettings;
  preloaded: ReadonlyMap<string, RgbImage>;
  cache?: CacheHandle;
  /** Where batches go; absent when only the cache is filled. */
  batches?: { slots: readonly SharedArrayBuffer[]; shape: BatchShape };
}

/** A sample whose deterministic prefix is wanted in the cache and nowhere else. */
export interface WarmTask {
  sample: IndexedSample;
}

/** Work for one of the datasets that the worker was told of, by its place among them. */
export type SourceTask = (BatchTask | WarmTask) & { source: number };

/** A worker's answer; nothing was built for a `WarmTask`. A DataError crosses as its problem: no class survives the way between threads. */
export type WorkerReply = { built: BuiltBatch | null } | { problem: Problem };

// Parallel work is done across images and workers; threads inside one image would only compete with the trainer.
sharp.concurrency(1);
// libvips would keep the results of up to 50 MB of operations. None is ever asked for twice.
sharp.cache(false);
const sources = (workerData as readonly WorkerSetup[]).map(({ settings, preloaded, cache, batches }) => {
  const pipeline = new Pipeline(settings, cache && CacheManager.attach(cache));
  for (const [id, image] of preloaded) pipeline.keep(id, image);
  return { pipeline, onError: settings.options.on_error, batches };
});

answerTasks(async (task: SourceTask): Promise<WorkerReply> => {
  const { pipeline, onError, batches } = sources[task.source]!;
  try {
    if (!('slot' in task)) {
      await pipeline.warm(task.sample);
      return { built: null };
    }
    const { slots, shape } = batches!;
    return { built: await buildBatch(pipeline, task, slots[task.slot], shape, onError) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { problem: error.problem };
  }
});
