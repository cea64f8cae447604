/** What is in a data set, in figures. */
import type { RunConfig } from '../../runs/index.js';
import { NONE, type Table } from '../table.js';
import { SMALL, SMEAR } from './checks/small-texts.js';
import type { SplitFacts } from './finding.js';
import { textHeights, textsOf } from './sample.js';

/** Smallest, median and largest. */
type Range = readonly [number, number, number];

export interface SplitFigures {
  readonly split: string;
  readonly images: number;
  /** Images whose pixels were looked at. */
  readonly looked_at: number;
  readonly without_text: number;
  readonly texts: number;
  readonly ignored: number;
  readonly width: Range;
  readonly height: Range;
  /** Of the readable texts at `data.size`, in pixels: a tenth is lower than the first, a half than the second, a tenth higher than the third. */
  readonly text_height: Range;
  /** Shares of the readable texts. */
  readonly below_10_pixels: number;
  readonly below_5_pixels: number;
}

export function figuresOf({ split, samples, fits }: SplitFacts, { data }: RunConfig): SplitFigures {
  const texts = textsOf(samples);
  const heights = textHeights(samples, data.size);
  const below = (limit: number) =>
    heights.filter((height) => height < limit).length / Math.max(1, heights.length);
  return {
    split,
    images: samples.length,
    looked_at: fits.length,
    without_text: samples.filter(({ instances }) => instances.length === 0).length,
    texts: texts.length,
    ignored: texts.filter(({ ignore }) => ignore).length,
    width: quantiles(
      samples.map(({ width }) => width),
      [0, 0.5, 1],
    ),
    height: quantiles(
      samples.map(({ height }) => height),
      [0, 0.5, 1],
    ),
    text_height: quantiles(heights, [0.1, 0.5, 0.9]),
    below_10_pixels: below(SMALL),
    below_5_pixels: below(SMEAR),
  };
}

export function figuresTable(figures: readonly SplitFigures[]): Table {
  const rows: [string, (split: SplitFigures) => string][] = [
    ['images', ({ images }) => `${images}`],
    ['… without text', ({ without_text }) => `${without_text}`],
    ['texts', ({ texts }) => `${texts}`],
    ['… ignored', ({ ignored }) => `${ignored}`],
    ['width (least, median, most)', ({ width }) => range(width)],
    ['height', ({ height }) => range(height)],
    ['text height at data.size (10 %, 50 %, 90 %)', ({ text_height }) => range(text_height)],
    [`texts below ${SMALL} pixels`, ({ below_10_pixels }) => percent(below_10_pixels)],
    [`texts below ${SMEAR} pixels`, ({ below_5_pixels }) => percent(below_5_pixels)],
  ];
  return {
    header: ['', ...figures.map(({ split }) => split)],
    rows: rows.map(([label, cell]) => [label, ...figures.map(cell)]),
  };
}

/** What is said where no other setting is advised. */
export function nothingToChange(figures: readonly SplitFigures[]): string {
  return figures.some(({ looked_at }) => looked_at > 0)
    ? 'Size, shrink ratio and batch suit this data.'
    : 'No picture could be looked at, so nothing is known about size, shrink ratio and batch.';
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const range = (values: Range): string =>
  values.map((value) => (Number.isNaN(value) ? NONE : Number(value.toFixed(1)))).join(', ');

function quantiles(values: readonly number[], at: Range): Range {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, middle, high] = at.map(
    (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN,
  ) as [number, number, number];
  return [low, middle, high];
}
