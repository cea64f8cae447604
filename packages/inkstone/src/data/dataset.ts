/** One split of a dataset, ready to be read sample by sample; `DataLoader` reads it batch by batch. */
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import type { RgbImage } from 'inkstone-detect';
import { type CacheManager, fingerprintMode, type JsonObject } from '../cache/index.js';
import { DataError, type Problem } from '../labels/index.js';
import { counted, mapConcurrent, printable } from '../system/index.js';
import type { SampleInfo, TargetMaps } from './batch.js';
import {
  type CacheOptions,
  type CacheOptionsInput,
  type CacheSubject,
  cacheOptionsSchema,
  openCache,
  previewCache,
  type SampleEntry,
  sampleEntries,
} from './cache.js';
import { cacheHealthJson, cacheHealthReport } from './cache-report.js';
import { DataWorkers } from './data-workers.js';
import { type IndexedDataset, type IndexedSample, openIndex } from './dataset-index.js';
import type { WorkerSetup } from './loader-worker.js';
import { type DataOptions, type DataOptionsInput, datasetSchema } from './options.js';
import { unpackMaps } from './packed-maps.js';
import { describeTransforms, Pipeline, type PipelineSettings } from './pipeline.js';
import { lossesOf, readableTexts } from './problems.js';
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
  cache?: CacheOptionsInput;
  /** Only look at that cache: nothing is read through it or stored in it. Default false. */
  previewCache?: boolean;
  /** Receives what was read, then the cache's log. Default: the cache's log alone, on standard error. */
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
  const { split, seed = 0, maps = true, log } = request;
  const options = await prepareOptions(request.options, log);
  const augment = request.augment ?? (split === 'train' && options.augment.enabled);
  const cache = request.cache && cacheOptionsSchema.parse(request.cache);
  const index = await openIndex(options, split, cache && fingerprintMode(cache));
  const dataset = new Dataset(index, split, { options, seed, augment, maps });
  log?.(`[INFO] ${dataset.describe()}`);
  if (cache && request.previewCache) dataset.previewCache(cache);
  else if (cache) await dataset.openCache(cache, log);
  if (options.preload_images) await dataset.preload();
  return dataset;
}

/** The options of a data set that is there: drawn first where it has to be. */
export async function prepareOptions(
  options: DataOptionsInput,
  log: (line: string) => void = () => {},
): Promise<DataOptions> {
  const given = datasetSchema.parse(options);
  return { ...given, ...(await readerNamed(given.name).prepare?.(given, log)) };
}

const toStandardError = (line: string): void => {
  process.stderr.write(`${printable(line)}\n`);
};

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

  /** What was read, and from where: `train: 36 images with 2054 texts and 12 ignored from /data/sroie (data=icdar)`. */
  describe(): string {
    const { samples, split, options } = this;
    const readable = readableTexts(samples);
    const ignored = samples.reduce((sum, { instances }) => sum + instances.length, -readable);
    const { images, texts } = lossesOf(this.skipped);
    const unusable = `; unusable: ${counted(images, 'image')} left out, ${counted(texts, 'text')} ignored`;
    const read = `${counted(samples.length, 'image')} with ${counted(readable, 'text')} and ${ignored} ignored`;
    const from = `${resolve(options.root)} (data=${options.name})`;
    return `${split}: ${read} from ${from}${images + texts > 0 ? unusable : ''}`;
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

  async openCache(options: CacheOptions, log: (line: string) => void = toStandardError): Promise<void> {
    this.cache = await openCache(options, this.#cacheSubject(), log);
    this.#pipeline = new Pipeline(this.settings, this.cache);
  }

  previewCache(options: CacheOptions): void {
    this.cache = previewCache(options, this.#cacheSubject());
  }

  /** What preparing a sample asks of the cache, and whether it is there; nothing where there is no cache. */
  cacheEntries(sample: IndexedSample): SampleEntry[] {
    const withMaps = this.settings.maps && this.options.load_maps;
    return this.cache ? sampleEntries(this.cache, sample, withMaps) : [];
  }

  /** How the cache did, line by line. */
  logCacheHealth(log: (line: string) => void = toStandardError): void {
    if (this.cache) for (const line of cacheHealthReport(this.cache)) log(line);
  }

  /** Leaves the cache's health beside its entries. */
  closeCache(): void {
    this.cache?.close(cacheHealthJson(this.cache));
  }

  /** What a thread needs to prepare these samples. */
  workerSetup(): WorkerSetup {
    const { settings, preloaded, cache } = this;
    return { settings, preloaded, ...(cache && { cache: cache.handle }) };
  }

  /**
   * Fills the cache with what it keeps of these samples (their places in the dataset), on every core.
   *
   * @throws DataError for a damaged file (under `on_error: fail`), LoaderError when a worker dies
   */
  async warm(indices: readonly number[], onSample: () => void = () => {}): Promise<void> {
    const threads = Math.min(availableParallelism(), indices.length);
    const workers = new DataWorkers(threads).for(this.workerSetup());
    const warm = async (index: number) => {
      try {
        await workers.warm(this.samples[index]);
      } catch (error) {
        if (!(error instanceof DataError) || this.options.on_error === 'fail') throw error;
      }
      onSample();
    };
    try {
      await Promise.all(indices.map(warm));
    } finally {
      await workers.close();
    }
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

  #cacheSubject(): CacheSubject {
    const description = this.describePipeline();
    const { load_maps: loadMaps } = this.options;
    return { scope: description.scope as string, description, samples: this.samples, loadMaps };
  }
}

function toShared({ width, height, data }: RgbImage): RgbImage {
  const shared = new Uint8Array(new SharedArrayBuffer(data.byteLength));
  shared.set(data);
  return { width, height, data: shared };
}
