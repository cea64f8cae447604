/** Datasets of images with text polygons, prepared for training: readers, transforms, target maps, loader. */
export {
  type Batch,
  type LoadedBatch,
  type SampleInfo,
  sampleImage,
  type TargetMaps,
} from './batch.js';
export {
  CACHE_LEVELS,
  type CacheLevel,
  type CacheOptions,
  type CacheOptionsInput,
  cacheOptionsSchema,
  type SampleEntry,
} from './cache.js';
export { cacheHealthJson } from './cache-report.js';
export {
  compareSplits,
  equalPictures,
  isAcrossSplits,
  type Picture,
  sharedPictures,
} from './compare-splits.js';
export { DataWorkers, LoaderError } from './data-workers.js';
export { createDataset, Dataset, type DatasetOptions, prepareOptions } from './dataset.js';
export { type IndexedSample, openIndex, placeInside } from './dataset-index.js';
export { type Format, guessFormat } from './guess-format.js';
export {
  decodeImage,
  type ImageHeader,
  loadImage,
  readImageHeader,
  readImageSize,
  resizeLongest,
} from './image.js';
export { DataLoader, type LoaderOptions } from './loader.js';
export {
  type DataConfig,
  type DataOptions,
  type DataOptionsInput,
  dataSchema,
  datasetSchema,
} from './options.js';
export { describeTransforms } from './pipeline.js';
export { DatasetError, settleProblems } from './problems.js';
export { findJudged, readDataset, surveyLabels } from './read-dataset.js';
export { isFolder, isImage, listFiles, readText, realPath, withoutExtension } from './readers/files.js';
export { imageNamed } from './readers/json.js';
export { type DatasetIndex, type Sample, SPLITS, type Split } from './sample.js';
export { skippedLines } from './skipped-file.js';
export { kernelOf, makeTargetMaps } from './targets.js';
