/** Recall by the height of texts: what a detector misses is mostly small. */
import { type TextInstance, textHeight } from '../labels/index.js';
import type { TextPoints } from './metric.js';
import { METRIC_NAMES, type MetricName, type ScoresByMetric } from './metrics.js';

/** Pixels that part the classes of height. */
const LIMITS = [10, 15, 20, 30];

export interface HeightClass {
  /** Heights in pixels: `from` is one of them, `below` is not. null: no end. */
  readonly from: number;
  readonly below: number | null;
  /** Texts that are not ignored. */
  readonly texts: number;
  readonly recall: Readonly<Partial<Record<MetricName, number>>>;
}

/**
 * Sums for each class of heights what its texts earned when the whole image was scored. There is no precision: what was
 * invented has no height in the ground truth.
 */
export class RecallByHeight {
  readonly #classes = [0, ...LIMITS].map((from, index) => ({
    from,
    below: LIMITS[index] ?? null,
    texts: 0,
    sums: new Map<MetricName, TextPoints>(),
  }));

  /**
   * @param scores of the image, by the metrics that are asked; the same for every image
   * @param scale pixels in which heights are told, for one pixel of the polygons
   */
  add(groundTruth: readonly TextInstance[], scores: ScoresByMetric, scale = 1): void {
    const judged = groundTruth.filter(({ ignore }) => !ignore);
    for (const [place, text] of judged.entries()) {
      const height = scale * textHeight(text);
      const one = this.#classes.findLast(({ from }) => height >= from)!;
      one.texts++;
      for (const name of METRIC_NAMES) {
        const points = scores[name]?.points[place];
        if (points) one.sums.set(name, sum(one.sums.get(name), points));
      }
    }
  }

  /** The classes that have texts, the lowest first. */
  result(): HeightClass[] {
    return this.#classes
      .filter(({ texts }) => texts > 0)
      .map(({ from, below, texts, sums }) => ({
        from,
        below,
        texts,
        recall: Object.fromEntries([...sums].map(([name, points]) => [name, share(points)])),
      }));
  }
}

const sum = (a: TextPoints | undefined, b: TextPoints): TextPoints =>
  a ? { earned: a.earned + b.earned, possible: a.possible + b.possible } : b;

const share = ({ earned, possible }: TextPoints): number =>
  possible > 0 ? Math.max(0, earned) / possible : 0;
