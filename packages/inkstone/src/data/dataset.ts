/** One split of a dataset, ready to be read sample by sample; `DataLoader` reads it batch by batch. */
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import type { RgbImage } from 'inkstone-detect';
import {
  type CacheConfigInput,
  CacheManager,
  type CacheOpenOptions,
  type JsonObject,
  parseCacheConfig,
  type SourceFiles,
} from '../cache/index.js';
import { DataError, type Problem } from '../labels/index.js';
import { mapConcurrent } from '../system/index.js';
import type { SampleInfo, TargetMaps } from './batch.js';
import { DataWorkers } from './data-workers.js';
import { type IndexedDataset, type IndexedSample, openIndex } from './dataset-index.js';
import type { WorkerSetup } from './loader-worker.js';
import { type DataOptions, type DataOptionsInput, datasetSchema } from './options.js';
import { unpackMaps } from './packed-maps.js';
import { describeTransforms, Pipeline, type PipelineSettings } from './pipeline.js';
import { readerNamed } from './readers/index.js';
import type { Split } from './sample.js';

export interface DatasetOptions {
  options: DataOptionsInput;
  split: Split;
  /** The run's seed: decides augmentation. Default 0. */
  seed?: number;
  /** Whether random transforms run. Default: on the train split, when `augment.enabled`. */
  augment?: boolean;
  /** Whether samples carry target maps. Default true. */
  maps?: boolean;
  /** Opens a cache of the deterministic prefix. Default: none. */
  cache?: CacheConfigInput;
  /** How source files are recognised where no cache is opened to say so. Default `stat`. */
  fingerprint?: 'stat' | 'content';
  /** Receives the cache's log. Default: standard error. */
  log?: (line: string) => void;
}

/** Images prepared at a time by `preload`. */
const CONCURRENT_PRELOADS = 4;

/**
 * Reads and checks a split (drawn first where it has to be), opens its cache, and loads its images when `preload_images` says so.
 *
 * @throws DataError naming the file (and line) at fault, ZodError naming an option that is not allowed
 */
export async function createDataset(request: DatasetOptions): Promise<Dataset> {
  const { split, seed = 0, maps = true, cache, log } = request;
  const given = datasetSchema.parse(request.options);
  const made = await readerNamed(given.name).prepare?.(given, log ?? (() => {}));
  const options = { ...given, ...made };
  const augment = request.augment ?? (split === 'train' && options.augment.enabled);
  const fingerprint = cache ? parseCacheConfig(cache).fingerprint : request.fingerprint;
  const index = await openIndex(options, split, fingerprint);
  const dataset = new Dataset(index, split, { options, seed, augment, maps });
  if (cache) await dataset.openCache(cache, log);
  if (options.preload_images) await dataset.preload();
  return dataset;
}

export class Dataset {
  readonly samples: readonly IndexedSample[];
  /** Files and lines that were left out, under `on_error: skip`. Loaders add files whose pixels turn out damaged. */
  readonly skipped: Problem[];
  /** Texts that stuck out of their image and were moved onto its edge. */
  readonly clamped: number;
  /** The cache of the deterministic prefix, for its health. */
  cache: CacheManager | undefined;
  /** Images held in memory, in shared memory, by sample id. */
  readonly preloaded = new Map<string, RgbImage>();
  #pipeline: Pipeline;

  constructor(
    index: IndexedDataset,
    readonly split: Split,
    readonly settings: PipelineSettings,
  ) {
    this.samples = index.samples;
    this.skipped = index.skipped;
    this.clamped = index.clamped;
    this.#pipeline = new Pipeline(settings);
  }

  get options(): DataOptions {
    return this.settings.options;
  }

  get length(): number {
    return this.samples.length;
  }

  /** A short name for logs: `sroie/train`. */
  get name(): string {
    return `${basename(resolve(this.options.root))}/${this.split}`;
  }

  /** One sample as the given epoch sees it. */
  async sample(
    index: number,
    epoch = 0,
  ): Promise<{ image: RgbImage; maps: TargetMaps | null; info: SampleInfo }> {
    const { image, maps, info } = await this.#pipeline.load(this.samples[index], { epoch, index });
    return { image, maps: maps && unpackMaps(maps), info };
  }

  /** What reads samples in this thread. */
  get reader(): Pipeline {
    return this.#pipeline;
  }

  async openCache(config: CacheConfigInput, log?: (line: string) => void): Promise<void> {
    this.cache = await CacheManager.open({ ...this.cacheOptions(config), ...(log && { log }) });
    this.#pipeline = new Pipeline(this.settings, this.cache);
  }

  /** What a thread needs to prepare these samples. */
  workerSetup(): WorkerSetup {
    const { settings, samples, preloaded, cache } = this;
    return { settings, samples, preloaded, ...(cache && { cache: cache.handle }) };
  }

  /**
   * Fills the cache with what it keeps of these samples (their places in the dataset), on every core.
   *
   * @throws DataError for a damaged file (under `on_error: fail`), LoaderError when a worker dies
   */
  async warm(indices: readonly number[], onSample: () => void = () => {}): Promise<void> {
    const threads = Math.min(availableParallelism(), indices.length);
    const pool = new DataWorkers(threads, this.workerSetup());
    const warm = async (index: number) => {
      try {
        await pool.warm(index);
      } catch (error) {
        if (!(error instanceof DataError) || this.options.on_error === 'fail') throw error;
      }
      onSample();
    };
    try {
      await Promise.all(indices.map(warm));
    } finally {
      await pool.close();
    }
  }

  /** How this dataset opens its cache. */
  cacheOptions(config: CacheConfigInput): CacheOpenOptions {
    const description = this.describePipeline();
    return {
      config,
      scope: description.scope as string,
      description,
      loadMaps: this.options.load_maps,
      sources: this.sourceFiles(),
      expected: { image: this.length, tensor: this.length, maps: this.options.load_maps ? this.length : 0 },
    };
  }

  /** Loads every image through the deterministic prefix into shared memory. Damaged files are left for the loader to report. */
  async preload(): Promise<void> {
    await mapConcurrent(this.samples, CONCURRENT_PRELOADS, async (sample) => {
      try {
        this.preloaded.set(sample.id, toShared(await this.#pipeline.sourceImage(sample)));
      } catch (error) {
        if (!(error instanceof DataError) || this.options.on_error === 'fail') throw error;
      }
    });
    for (const [id, image] of this.preloaded) this.#pipeline.keep(id, image);
  }

  /** Everything but the files that decides what the cache may keep: changing any of it makes another cache. */
  describePipeline(): JsonObject {
    const { name, root, polygon_points } = this.options;
    const deterministic = describeTransforms(this.settings).filter((step) => step.deterministic);
    return {
      scope: `${resolve(root)}:${this.split}`,
      dataset: { name, root: resolve(root), split: this.split, polygon_points },
      transforms: deterministic.map(({ name, version, parameters }) => ({ name, version, ...parameters })),
      dtype: 'uint8',
      layout: 'NHWC',
    };
  }

  /** The files behind the samples, for telling which of them changed. */
  sourceFiles(): SourceFiles {
    return {
      image: this.samples.map(({ imageFact }) => imageFact),
      label: this.samples.map(({ labelFact }) => labelFact),
    };
  }
}

function toShared({ width, height, data }: RgbImage): RgbImage {
  const shared = new Uint8Array(new SharedArrayBuffer(data.byteLength));
  shared.set(data);
  return { width, height, data: shared };
}
