import { boxesFromMap, type PostprocessOptions } from 'inkstone-detect';
import type { Polygon } from 'inkstone-detect/geometry';
import type { LoadedBatch, SampleInfo } from '../data/index.js';
import { type DBNet, dbLoss, normalizeImages, targetTensors } from '../detection/index.js';
import { ClevalMetric, IouMetric } from '../metrics/index.js';
import { type Tensor, tidy } from '../tensor/index.js';
import type { Evaluation, Task } from '../training/index.js';
import type { ModelConfig } from './config.js';

/** A text found, in pixels of the upright original. */
export interface Detection {
  readonly polygon: Polygon;
  /** Mean probability inside, 0 … 1. */
  readonly score: number;
}

/** Told of every image that is evaluated. */
export type DetectionListener = (sample: SampleInfo, detections: readonly Detection[]) => void;

/** Text detection with DBNet: its loss, and CLEval and IoU over a split. */
export class DetectionTask implements Task<LoadedBatch> {
  constructor(
    readonly module: DBNet,
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
    const maps = this.module.call(normalizeImages(batch.images, size, height, width));
    const targets = targetTensors(batch.maps, size, height, width);
    const { loss, probability, threshold, binary } = dbLoss(maps, targets, this.config.loss);
    return { loss, parts: { loss_probability: probability, loss_threshold: threshold, loss_binary: binary } };
  }

  /** Texts on every image of a batch, in order. */
  detect(batch: LoadedBatch): Detection[][] {
    const { height, width, samples } = batch;
    const probability = tidy(() => {
      const images = normalizeImages(batch.images, samples.length, height, width);
      return Float32Array.from(this.module.call(images).probability.read());
    });
    return samples.map((sample, index) => {
      const map = cropMap(probability, index, batch, sample);
      return boxesFromMap(map, sample.width, sample.height, postprocessOptions(this.config)).map((box) => ({
        polygon: toOriginal(box.polygon, sample),
        score: box.score,
      }));
    });
  }

  evaluation(): Evaluation<LoadedBatch> {
    const cleval = new ClevalMetric();
    const iou = new IouMetric();
    return {
      add: (batch) => {
        for (const [index, detections] of this.detect(batch).entries()) {
          const sample = batch.samples[index] as SampleInfo;
          cleval.add(sample.instances, detections);
          iou.add(sample.instances, detections);
          this.onDetections(sample, detections);
        }
      },
      result: () => {
        const { precision, recall, hmean } = cleval.result();
        const byIou = iou.result();
        return {
          hmean,
          precision,
          recall,
          hmean_iou: byIou.hmean,
          precision_iou: byIou.precision,
          recall_iou: byIou.recall,
        };
      },
    };
  }
}

export function postprocessOptions({ postprocess }: ModelConfig): PostprocessOptions {
  return {
    threshold: postprocess.threshold,
    boxThreshold: postprocess.box_threshold,
    unclipRatio: postprocess.unclip_ratio,
    shrinkRatio: postprocess.shrink_ratio,
    maxCandidates: postprocess.max_candidates,
    minSize: postprocess.min_size,
    output: postprocess.output,
  };
}

/** The sample's own part `[H, W]` of a padded batch `[N, H, W, 1]`: nothing can be found in padding. */
export function cropMap(
  maps: Float32Array,
  index: number,
  batch: Readonly<Record<'width' | 'height', number>>,
  sample: Readonly<Record<'width' | 'height', number>>,
): Float32Array {
  const out = new Float32Array(sample.width * sample.height);
  const start = index * batch.height * batch.width;
  for (let y = 0; y < sample.height; y += 1) {
    const row = start + y * batch.width;
    out.set(maps.subarray(row, row + sample.width), y * sample.width);
  }
  return out;
}

/** Sample pixels to original pixels, on the image. */
function toOriginal(polygon: Polygon, { scale, originalWidth, originalHeight }: SampleInfo): Polygon {
  const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(0, value));
  return polygon.map(
    ([x, y]) => [clamp(x / scale, originalWidth), clamp(y / scale, originalHeight)] as const,
  );
}
