import type { CacheConfig } from '../cache/index.js';
import {
  createDataset,
  type DataConfig,
  DataLoader,
  type Dataset,
  type DatasetOptions,
  ensureSyntheticDataset,
  type LoadedBatch,
  type Split,
} from '../data/index.js';
import type { BatchSource } from '../training/index.js';

export interface OpenSplit {
  readonly dataset: Dataset;
  readonly source: BatchSource<LoadedBatch>;
  /** Ends the loader's workers and the cache. */
  close(): Promise<void>;
}

export interface SplitOptions {
  readonly split: Split;
  readonly batchSize: number;
  readonly seed: number;
  /** Receives the cache's log, line by line. */
  readonly log: (line: string) => void;
}

/** A split as the configuration describes it: read, checked, with its cache and its loader. */
export async function openSplit(config: DataConfig, options: SplitOptions): Promise<OpenSplit> {
  const { split, batchSize, seed, log } = options;
  const cache = cacheOf(config, split);
  const dataset = await createDataset({
    ...(await describeDataset(config, split, seed, log)),
    ...(cache && { cache }),
    log,
  });
  const loader = new DataLoader(dataset, { batchSize, shuffle: split === 'train' });
  return {
    dataset,
    source: {
      length: loader.length,
      epoch: (epoch, startBatch) => loader.epoch(epoch, { startBatch }),
    },
    close: async () => {
      await loader.close();
      dataset.cache?.close();
    },
  };
}

/** The cache that a split is read through; undefined when its configuration keeps nothing. */
export function cacheOf({ cache_config, cache_splits }: DataConfig, split: Split): CacheConfig | undefined {
  const { cache_images, cache_maps, cache_transformed_tensors } = cache_config;
  const keepsSomething = cache_images || cache_maps || cache_transformed_tensors;
  return keepsSomething && cache_splits.includes(split) ? cache_config : undefined;
}

/** The split without a cache. The receipts of `data=synthetic` are drawn first if they are not there yet. */
export async function describeDataset(
  config: DataConfig,
  split: Split,
  seed: number,
  log: (line: string) => void = () => {},
): Promise<DatasetOptions> {
  const { cache_config: _, cache_splits: __, synthetic, name, root, ...data } = config;
  const options =
    name === 'synthetic'
      ? { ...data, name: 'icdar' as const, root: await drawReceipts(root, synthetic, log) }
      : { ...data, name, root };
  // Evaluation compares polygons, it has no use for target maps.
  return { options, split, seed, maps: split === 'train' };
}

/** A line is logged each time another tenth is done. */
const PROGRESS_LINES = 10;

function drawReceipts(
  root: string,
  options: DataConfig['synthetic'],
  log: (line: string) => void,
): Promise<string> {
  return ensureSyntheticDataset({
    root,
    seed: options.seed,
    trainCount: options.train_count,
    valCount: options.val_count,
    size: options.size,
    difficulty: options.difficulty,
    onProgress: (done, total) => {
      const tenth = Math.ceil(total / PROGRESS_LINES);
      if (done % tenth === 0 || done === total) log(`[INFO] Drawing receipts: ${done} of ${total}`);
    },
  });
}
