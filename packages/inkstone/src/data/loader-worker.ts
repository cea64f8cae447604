/** The thread that prepares samples, one task after another: a batch into the slot that its task names, or one for the cache. */
import { parentPort, workerData } from 'node:worker_threads';
import type { RgbImage } from 'inkstone-detect';
import sharp from 'sharp';
import { type CacheHandle, CacheManager } from '../cache/index.js';
import { DataError, type Problem } from '../labels/index.js';
import { type BatchShape, type BatchTask, type BuiltBatch, buildBatch } from './batch-builder.js';
import type { IndexedSample } from './dataset-index.js';
import { Pipeline, type PipelineSettings } from './pipeline.js';

/** All that a worker is started with. */
export interface WorkerSetup {
  settings: PipelineSettings;
  samples: readonly IndexedSample[];
  preloaded: ReadonlyMap<string, RgbImage>;
  cache?: CacheHandle;
  /** Where batches go; absent when only the cache is filled. */
  batches?: { slots: readonly SharedArrayBuffer[]; shape: BatchShape };
}

/** Samples whose deterministic prefix is wanted in the cache and nowhere else. */
export interface WarmTask {
  /** Places in the dataset. */
  indices: readonly number[];
}

/** A worker's answer to a task; nothing was built for a `WarmTask`. Errors are taken apart, because a class does not survive the way between threads. */
export type WorkerReply = { built: BuiltBatch | null } | { problem: Problem } | { error: Error };

const { settings, samples, preloaded, cache, batches } = workerData as WorkerSetup;
const port = parentPort!;
// Parallel work is done across images and workers; threads inside one image would only compete with the trainer.
sharp.concurrency(1);
const pipeline = new Pipeline(settings, cache && CacheManager.attach(cache));
for (const [id, image] of preloaded) pipeline.keep(id, image);

port.on('message', async (task: BatchTask | WarmTask) => {
  port.postMessage(await answer(task));
});

async function answer(task: BatchTask | WarmTask): Promise<WorkerReply> {
  try {
    if (!('slot' in task)) {
      for (const index of task.indices) await pipeline.warm(samples[index]);
      return { built: null };
    }
    const { slots, shape } = batches!;
    const { on_error } = settings.options;
    return { built: await buildBatch(pipeline, samples, task, slots[task.slot], shape, on_error) };
  } catch (error) {
    if (error instanceof DataError) return { problem: error.problem };
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}
