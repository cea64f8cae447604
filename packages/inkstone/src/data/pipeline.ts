/**
 * One sample from file to pixels and maps: the deterministic prefix (decode, resize, target maps), which a cache may keep,
 * and the random suffix, which runs on every read.
 *
 * Maps follow one rule, cached or not: when the random suffix only mirrors and cuts at whole pixels, the maps of the prefix
 * are mirrored and cut too; otherwise they are made afresh from the polygons after the suffix. So a cached and an uncached
 * run see the same bytes.
 */
import { fitLongest, type RgbImage, type Size } from 'inkstone-detect';
import sharp from 'sharp';
import {
  type CacheEntry,
  type CacheManager,
  type EntryForm,
  isSameSource,
  type OpenCacheConfig,
  readSource,
  SourceChangedError,
} from '../cache/index.js';
import type { TextInstance } from '../labels/index.js';
import type { SampleInfo } from './batch.js';
import { type CacheLevel, sourcesOf } from './cache.js';
import type { IndexedSample } from './dataset-index.js';
import { DECODE_OVERSIZE, decodeImage, RESIZE_KERNEL, resizeLongest, unreadableImage } from './image.js';
import type { DataOptions } from './options.js';
import {
  isPackedForm,
  type PackedMaps,
  packedFromEntry,
  packedToEntry,
  packMaps,
  placePacked,
} from './packed-maps.js';
import { makeTargetMaps, TARGETS_VERSION } from './targets.js';
import { paint, transformsOf } from './transforms/index.js';
import { placeImage } from './transforms/pixels.js';
import {
  compose,
  drawPlacement,
  identityPlacement,
  type Placement,
  placeInstances,
  transformPolygon,
} from './transforms/placement.js';

/** A sample ready to be laid into a batch. Its image may be one that is held for later reads: do not write to it. */
export interface PreparedSample {
  image: RgbImage;
  maps: PackedMaps | null;
  info: SampleInfo;
}

/** All that decides what a sample looks like. Plain data: it travels to worker threads. */
export interface PipelineSettings {
  options: DataOptions;
  seed: number;
  /** Whether the random suffix runs. */
  augment: boolean;
  /** Whether batches carry target maps. */
  maps: boolean;
}

/** One step of the chain, for fingerprints and for people. */
export interface TransformDescription {
  name: string;
  /** Raised when the same parameters give other pixels. */
  version: number;
  deterministic: boolean;
  parameters: Readonly<Record<string, number | string | boolean | null>>;
}

export class Pipeline {
  readonly #settings: PipelineSettings;
  readonly #cache: CacheManager | undefined;
  /** Longest side of the prefix's image. */
  readonly #sourceSize: number;
  readonly #preloaded = new Map<string, RgbImage>();

  constructor(settings: PipelineSettings, cache?: CacheManager) {
    this.#settings = settings;
    this.#cache = cache;
    this.#sourceSize = sourceSize(settings);
  }

  /** @param place which reading this is: augmentation depends on the run's seed, the epoch and the sample's index */
  load(sample: IndexedSample, place: { epoch: number; index: number }): Promise<PreparedSample> {
    return this.#orUncached((pipeline) => pipeline.#load(sample, place));
  }

  /** The image after the prefix; held in memory from then on when `keep` hands it over. */
  sourceImage(sample: IndexedSample): Promise<RgbImage> {
    return this.#orUncached((pipeline) => pipeline.#sourceImage(sample));
  }

  /** Runs the deterministic prefix alone, so that the cache holds all of it. */
  warm(sample: IndexedSample): Promise<void> {
    return this.#orUncached((pipeline) => pipeline.#warm(sample));
  }

  /** Uses these pixels for the sample from now on instead of reading its file. */
  keep(id: string, image: RgbImage): void {
    this.#preloaded.set(id, image);
  }

  /** A picture that was exchanged since the dataset was opened is used as it is now, past the cache. */
  async #orUncached<T>(work: (pipeline: Pipeline) => Promise<T>): Promise<T> {
    try {
      return await work(this);
    } catch (error) {
      if (!(error instanceof SourceChangedError)) throw error;
      return work(new Pipeline(this.#settings));
    }
  }

  async #load(sample: IndexedSample, place: { epoch: number; index: number }): Promise<PreparedSample> {
    const { options, seed, augment } = this.#settings;
    const source = await this.#sourceImage(sample);
    const { width, height } = source;
    const { scale } = fitLongest(sample, this.#sourceSize);
    const instances = scaleInstances(sample, source);
    const key = [seed, place.epoch, place.index];
    const placement = augment
      ? drawPlacement({ width, height, instances }, options.augment, options.size, key)
      : identityPlacement(width, height);

    let image = source;
    if (augment) {
      image = placeImage(source, placement);
      paint(image, options.augment, key);
    }
    const maps = this.#settings.maps ? await this.#placedMaps(sample, source, instances, placement) : null;
    const info: SampleInfo = {
      id: sample.id,
      imagePath: sample.imagePath,
      originalWidth: sample.width,
      originalHeight: sample.height,
      scale,
      matrix: compose(placement.matrix, [width / sample.width, 0, 0, 0, height / sample.height, 0]),
      width: image.width,
      height: image.height,
      instances: sample.instances,
    };
    return { image, maps, info };
  }

  async #sourceImage(sample: IndexedSample): Promise<RgbImage> {
    const held = this.#preloaded.get(sample.id);
    if (held) return held;
    const size = this.#sourceSize;
    const decoded = Math.min(this.#decodedSize, Math.max(sample.width, sample.height));
    return this.#cachedImage('tensor', sample, size, async () => {
      const image = await this.#cachedImage('image', sample, decoded, () => this.#decode(sample));
      return resizeLongest(image, size);
    });
  }

  /** Longest side that a decoded image has at most. */
  get #decodedSize(): number {
    return DECODE_OVERSIZE * this.#sourceSize;
  }

  /** From one reading of the file, whose bytes are what the cache takes them for. */
  async #decode({ imagePath, imageFact }: IndexedSample): Promise<RgbImage> {
    const { bytes, fact } = await readPicture(imagePath, this.#cache?.config.fingerprint);
    if (this.#cache && !isSameSource(fact, imageFact)) throw new SourceChangedError(imagePath);
    return decodeImage(imagePath, this.#decodedSize, bytes);
  }

  async #warm(sample: IndexedSample): Promise<void> {
    const source = await this.#sourceImage(sample);
    if (this.#settings.maps) await this.#sourceMaps(sample, source, scaleInstances(sample, source));
  }

  async #cachedImage(
    level: 'image' | 'tensor',
    sample: IndexedSample,
    size: number,
    fill: () => Promise<RgbImage>,
  ): Promise<RgbImage> {
    const fits = (form: EntryForm) => isImageForm(form, fitLongest(sample, size));
    const { shape, data } = await this.#cached(level, sample, fits, async () => toEntry(await fill()));
    return { height: shape[0], width: shape[1], data };
  }

  #cached(
    level: CacheLevel,
    sample: IndexedSample,
    fits: (form: EntryForm) => boolean,
    fill: () => Promise<CacheEntry>,
  ): Promise<CacheEntry> {
    if (!this.#cache) return fill();
    return this.#cache.getOrFill(level, sample.id, fill, { sources: sourcesOf(level, sample), fits });
  }

  async #placedMaps(
    sample: IndexedSample,
    source: RgbImage,
    instances: readonly TextInstance[],
    placement: Placement,
  ): Promise<PackedMaps> {
    if (placement.exact) {
      const maps = await this.#sourceMaps(sample, source, instances);
      return this.#settings.augment ? placePacked(maps, placement) : maps;
    }
    return this.#makeMaps(placeInstances(instances, placement), placement.width, placement.height);
  }

  async #sourceMaps(
    sample: IndexedSample,
    { width, height }: RgbImage,
    instances: readonly TextInstance[],
  ): Promise<PackedMaps> {
    const make = () => this.#makeMaps(instances, width, height);
    if (!this.#settings.options.load_maps) return make();
    const fits = (form: EntryForm) => isPackedForm(form, width, height);
    return packedFromEntry(await this.#cached('maps', sample, fits, async () => packedToEntry(make())));
  }

  #makeMaps(instances: readonly TextInstance[], width: number, height: number): PackedMaps {
    const maps = makeTargetMaps(instances, width, height, this.#settings.options.targets);
    return packMaps(maps, width, height);
  }
}

/** @throws DataError when the file cannot be read */
async function readPicture(
  path: string,
  mode?: OpenCacheConfig['fingerprint'],
): ReturnType<typeof readSource> {
  try {
    return await readSource(path, mode);
  } catch (error) {
    throw unreadableImage(path, error);
  }
}

/** Longest side of images after the deterministic prefix. */
export function sourceSize({ options, augment }: PipelineSettings): number {
  return augment ? Math.round(options.size * options.augment.source_scale) : options.size;
}

/** The chain in its order. What comes before the first random step is deterministic and may be cached. */
export function describeTransforms(settings: PipelineSettings): TransformDescription[] {
  const size = sourceSize(settings);
  const { augment, targets } = settings.options;
  const resampling = { kernel: RESIZE_KERNEL, libvips: sharp.versions.vips };
  const deterministic = [
    { name: 'decode', version: 1, parameters: { max_side: DECODE_OVERSIZE * size, ...resampling } },
    { name: 'resize', version: 1, parameters: { longest_side: size, ...resampling } },
    { name: 'targets', version: TARGETS_VERSION, parameters: targets },
  ];
  const random = settings.augment ? transformsOf(augment) : [];
  return [
    ...deterministic.map((step) => ({ ...step, deterministic: true })),
    ...random.map(({ transform: { name, version }, options }) => ({
      name,
      version,
      parameters: options,
      deterministic: false,
    })),
  ];
}

/** Texts in pixels of the prefix's image. */
function scaleInstances(sample: IndexedSample, { width, height }: RgbImage): TextInstance[] {
  const matrix = [width / sample.width, 0, 0, 0, height / sample.height, 0] as const;
  return sample.instances.map((text) => ({ ...text, polygon: transformPolygon(text.polygon, matrix) }));
}

/** Whether this is an image of that size; the shorter side was rounded twice, so it may be off by one. */
function isImageForm({ dtype, shape, attributes }: EntryForm, { width, height }: Size): boolean {
  return (
    dtype === 'uint8' &&
    attributes === undefined &&
    shape.length === 3 &&
    Math.abs(shape[0] - height) <= 1 &&
    Math.abs(shape[1] - width) <= 1 &&
    shape[2] === 3
  );
}

function toEntry({ width, height, data }: RgbImage): CacheEntry {
  return { dtype: 'uint8', shape: [height, width, 3], data };
}
