import {
  type CacheOptions,
  createDataset,
  type DataConfig,
  DataLoader,
  type Dataset,
  type DatasetOptions,
  type DataWorkers,
  type LoadedBatch,
  type Split,
} from '../data/index.js';
import type { BatchSource } from '../training/index.js';
import type { RunConfig } from './config.js';

export interface OpenSplit {
  readonly dataset: Dataset;
  readonly source: BatchSource<LoadedBatch>;
  /** Ends the loader's workers and the cache. */
  close(): Promise<void>;
}

/**
 * A split as the configuration describes it: read, checked, with its cache and its loader.
 *
 * @param log receives the cache's log, line by line
 * @param workers shared with other splits; not given, the split has its own
 */
export async function openSplit(
  { data, batch_size: batchSize, seed }: Pick<RunConfig, 'data' | 'batch_size' | 'seed'>,
  split: Split,
  log: (line: string) => void,
  workers?: DataWorkers,
): Promise<OpenSplit> {
  const cache = cacheOf(data, split);
  const dataset = await createDataset({
    ...describeDataset(data, split, seed),
    ...(cache && { cache }),
    log,
  });
  const source = new DataLoader(dataset, { batchSize, workers });
  return {
    dataset,
    source,
    close: async () => {
      await source.close();
      dataset.closeCache();
    },
  };
}

/** The same with the images as they are, those of `train` too: for judging a detector on them. */
export function openUnaugmented(
  config: Parameters<typeof openSplit>[0],
  split: Split,
  log: (line: string) => void,
): Promise<OpenSplit> {
  const data = { ...config.data, augment: { ...config.data.augment, enabled: false } };
  return openSplit({ ...config, data }, split, log);
}

/** The cache that a split is read through; undefined when its configuration keeps nothing. */
export function cacheOf({ cache_config, cache_splits }: DataConfig, split: Split): CacheOptions | undefined {
  const { cache_images, cache_maps, cache_transformed_tensors } = cache_config;
  const keepsSomething = cache_images || cache_maps || cache_transformed_tensors;
  return keepsSomething && cache_splits.includes(split) ? cache_config : undefined;
}

/** The split without a cache. */
export function describeDataset(config: DataConfig, split: Split, seed: number): DatasetOptions {
  const { cache_config: _, cache_splits: __, ...options } = config;
  // Evaluation compares polygons, it has no use for target maps.
  return { options, split, seed, maps: split === 'train' };
}
