import { type Detection, detectText, type PostprocessOptions } from 'inkstone-detect';
import type { Precision } from '../amp/index.js';
import { type LoadedBatch, type SampleInfo, sampleImage } from '../data/index.js';
import {
  asNetwork,
  type DetectionNetwork,
  dbLoss,
  type ModelConfig,
  normalizeImages,
  targetTensors,
} from '../detection/index.js';
import { AllMetrics } from '../metrics/index.js';
import type { Tensor } from '../tensor/index.js';
import type { Evaluation, Task } from '../training/index.js';

/** Told of every image that is evaluated, with the H-means that it has alone. */
export type DetectionListener = (
  sample: SampleInfo,
  detections: readonly Detection[],
  figures: Readonly<Record<string, number>>,
) => void;

/** An image that was evaluated, and what was found on it. */
interface Found {
  readonly sample: SampleInfo;
  readonly detections: readonly Detection[];
}

/** Trains a network to detect text, and evaluates it with every metric. */
export class DetectionTask implements Task<LoadedBatch, Found[]> {
  constructor(
    readonly module: DetectionNetwork,
    readonly config: ModelConfig,
    readonly onDetections: DetectionListener = () => {},
  ) {}

  size(batch: LoadedBatch): number {
    return batch.ids.length;
  }

  loss(batch: LoadedBatch): { readonly loss: Tensor; readonly parts: Readonly<Record<string, Tensor>> } {
    if (batch.maps === undefined) throw new Error('a training batch came without target maps');
    const { height, width } = batch;
    const size = this.size(batch);
    const maps = this.module.call(
      normalizeImages(batch.images, size, height, width, this.module.normalization),
    );
    const targets = targetTensors(batch.maps, size, height, width);
    const { loss, probability, threshold, binary } = dbLoss(maps, targets, this.config.loss);
    return { loss, parts: { loss_probability: probability, loss_threshold: threshold, loss_binary: binary } };
  }

  evaluation(precision: Pick<Precision, 'forward'>): Evaluation<LoadedBatch, Found[]> {
    const network = asNetwork(this.module, precision);
    const options = postprocessOptions(this.config);
    const metrics = new AllMetrics();
    return {
      find: async (batch) => {
        const found: Found[] = [];
        for (const [index, sample] of batch.samples.entries()) {
          const { originalWidth: width, originalHeight: height } = sample;
          const image = sampleImage(batch, index);
          found.push({ sample, detections: await detectText(network, image, { width, height }, options) });
        }
        return found;
      },
      add: (found) => {
        for (const { sample, detections } of found) {
          const figures = metrics.add(sample.instances, detections);
          this.onDetections(sample, detections, figures);
        }
      },
      result: () => metrics.figures(),
    };
  }
}

export function postprocessOptions({ postprocess }: ModelConfig): PostprocessOptions {
  return {
    threshold: postprocess.threshold,
    boxThreshold: postprocess.box_threshold,
    unclipRatio: postprocess.unclip_ratio,
    shrinkRatio: postprocess.shrink_ratio,
    massCorrection: postprocess.mass_correction,
    maxCandidates: postprocess.max_candidates,
    minSize: postprocess.min_size,
    output: postprocess.output,
  };
}
