/** Chooses how boxes are made of a checkpoint's maps: the network runs once over a split, then many settings are tried on its maps. */
import { detectText, padImage, type RgbImage, type Size } from 'inkstone-detect';
import { type Split, sampleImage } from '../../data/index.js';
import { asNetwork, type ModelConfig } from '../../detection/index.js';
import type { TextInstance } from '../../labels/index.js';
import { AllMetrics, figureName, type MetricName } from '../../metrics/index.js';
import {
  loadModel,
  openUnaugmented,
  postprocessOptions,
  precisionOf,
  type RunConfig,
} from '../../runs/index.js';
import type { Terminal } from '../../tracking/index.js';
import { type Axis, searchSettings } from './search.js';

export type Postprocess = ModelConfig['postprocess'];
/** `hmean`, `hmean_iou`, … over all images. */
export type Figures = Readonly<Record<string, number>>;

export interface TuneOptions {
  /** A `.safetensors` file, or a run folder for its best. */
  readonly checkpoint: string;
  readonly split: Split;
  /** What the best settings are best in: the mean of these H-means. */
  readonly metrics: readonly MetricName[];
  readonly terminal: Terminal;
}

export interface Tuning {
  readonly checkpoint: string;
  readonly split: Split;
  readonly images: number;
  readonly metrics: readonly MetricName[];
  /** Settings that were tried. */
  readonly tried: number;
  readonly before: { readonly postprocess: Postprocess; readonly figures: Figures };
  readonly after: { readonly postprocess: Postprocess; readonly figures: Figures };
}

/** A picture with what the network made of it. */
interface Seen {
  readonly image: RgbImage;
  readonly original: Size;
  readonly instances: readonly TextInstance[];
  /** Of the padded image. */
  readonly map: Float32Array;
}

const steps = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => Number((from + i * step).toFixed(4)));

/** Where a map is cut and how far its boxes grow depend on each other: one after the other would end on the nearest hill. */
const GRID: Axis<Postprocess> = steps(0.4, 0.7, 0.1).flatMap((shrink_ratio) =>
  steps(0.2, 0.6, 0.1).flatMap((threshold) =>
    steps(0.5, 0.8, 0.1).map((box_threshold) => ({
      unclip_ratio: 'inverse' as const,
      shrink_ratio,
      threshold,
      box_threshold,
    })),
  ),
);

const AXES: readonly Axis<Postprocess>[] = [
  GRID,
  [true, false].flatMap((mass_correction) =>
    steps(0.4, 0.8, 0.02).map((shrink_ratio) => ({
      unclip_ratio: 'inverse' as const,
      shrink_ratio,
      mass_correction,
    })),
  ),
  steps(0.1, 0.6, 0.05).map((threshold) => ({ threshold })),
  steps(0.3, 0.9, 0.05).map((box_threshold) => ({ box_threshold })),
  [1, 2, 3].map((min_size) => ({ min_size })),
];

/**
 * `config` comes from `loadCheckpointConfig`. Nothing is written. Holds the split's maps in memory: 4 bytes for every pixel of
 * its samples.
 */
export async function tunePostprocess(config: RunConfig, options: TuneOptions): Promise<Tuning> {
  const { split, metrics, terminal } = options;
  const { file, seen } = await seeSplit(config, options);
  let tried = 0;
  const look = async (postprocess: Postprocess): Promise<Figures> => {
    terminal.status(`${++tried} settings tried`);
    return figuresOf(seen, { ...config.model, postprocess });
  };
  const goal = (figures: Figures): number =>
    metrics.reduce((sum, metric) => sum + figures[figureName('hmean', metric)], 0) / metrics.length;
  const { first, best, looked } = await searchSettings(
    config.model.postprocess,
    AXES,
    look,
    (one, other) => goal(one) > goal(other),
  );
  terminal.status('');
  return {
    checkpoint: file,
    split,
    images: seen.length,
    metrics,
    tried: looked,
    before: { postprocess: first.settings, figures: first.result },
    after: { postprocess: best.settings, figures: best.result },
  };
}

async function seeSplit(config: RunConfig, { checkpoint, split, terminal }: TuneOptions) {
  const { model, file } = loadModel(checkpoint, config.model);
  const opened = await openUnaugmented(config, split, (line) => terminal.line(line));
  const network = asNetwork(model, precisionOf(config));
  const seen: Seen[] = [];
  try {
    for await (const batch of opened.source.epoch(0, 0)) {
      for (const [index, sample] of batch.samples.entries()) {
        const image = sampleImage(batch, index);
        const map = await network.run(padImage(image));
        const original = { width: sample.originalWidth, height: sample.originalHeight };
        seen.push({ image, original, instances: sample.instances, map });
        terminal.status(`${split} ${seen.length}/${opened.dataset.length}`);
      }
    }
    return { file, seen };
  } finally {
    terminal.status('');
    await opened.close();
    model.dispose();
  }
}

async function figuresOf(seen: readonly Seen[], model: ModelConfig): Promise<Figures> {
  const settings = postprocessOptions(model);
  const metrics = new AllMetrics();
  for (const { image, original, instances, map } of seen) {
    metrics.add(instances, await detectText({ run: () => map }, image, original, settings));
  }
  return metrics.figures();
}
