/** Whether the labels of a picture lie on its ink, and how else they would. */
import type { Size } from 'inkstone-detect';
import type { Point, Polygon } from 'inkstone-detect/geometry';
import type { TextInstance } from '../../labels/index.js';
import { median } from '../../system/index.js';
import { Ink } from './ink.js';
import { READINGS, type Reading, readAs } from './readings.js';
import { isHuge, type LabelledSample } from './sample.js';

export interface Fit {
  readonly sample: LabelledSample;
  /** Correlation of the labels with the ink. */
  readonly own: number;
  /** Other ways to read them, or other labels, by which they fit clearly better. */
  readonly better: readonly BetterFit[];
  /** Share of the other pictures' labels that fit this one as well as its own; looked at only where its own fit badly. */
  readonly rivals: number;
  /** Texts that lie on bare paper, although the others lie where they should. */
  readonly blank: readonly TextInstance[];
}

export type BetterFit = { readonly fit: number; readonly polygons: readonly Polygon[] } & (
  | { readonly kind: 'reading'; readonly reading: Reading }
  /** All of them moved by so many pixels. */
  | { readonly kind: 'shift'; readonly x: number; readonly y: number }
  /** Those of another picture. */
  | { readonly kind: 'swap'; readonly owner: LabelledSample }
);

/** Fewer texts than that fit somewhere else by chance. */
const TELLING_TEXTS = 3;
/** What labels of another picture hardly reach: sound ones have 0.5 to 0.9 on SROIE and on drawn receipts, others up to 0.25. */
const SOUND_FIT = 0.3;
/** What only labels in the right place reach: nothing else has to be tried. */
const SURE_FIT = 0.6;
/** Another reading counts when it fits so many times better. Where labels are sound, none reaches 0.9 times their own fit. */
const GAIN = 1.2;
/** What the best of many other pictures' labels does not reach by chance. */
const SWAPPED_FIT = 0.4;
/** So few other pictures prove nothing. */
const FEWEST_RIVALS = 4;
/** A text with a smaller share of its picture's usual edge strength is none. Of SROIE's 21 000 texts three have less. */
const BLANK = 0.15;

/**
 * @param others pictures whose labels may have been mixed up with this one's
 * @throws DataError when the picture is damaged
 */
export async function examineFit(sample: LabelledSample, others: readonly LabelledSample[]): Promise<Fit> {
  const ink = await Ink.read(sample);
  const labels = linesOf(sample);
  const own = ink.fit(labels);
  const telling = own < SURE_FIT && labels.length >= TELLING_TEXTS;
  const swaps = telling && own < SOUND_FIT ? swapsWith(ink, sample, others) : [];
  const ways = telling ? [...readings(ink, sample, labels), shift(ink, labels)] : [];
  const better = [
    ...ways.filter(({ fit }) => fit >= Math.max(SOUND_FIT, GAIN * own)),
    ...swaps.filter(({ fit }) => fit >= SWAPPED_FIT),
  ];
  const rivals = swaps.filter(({ fit }) => fit >= own).length / Math.max(FEWEST_RIVALS, swaps.length);
  const isSound = own >= SOUND_FIT && better.length === 0;
  return { sample, own, better, rivals, blank: isSound ? blankTexts(ink, sample) : [] };
}

function readings(ink: Ink, size: Size, labels: readonly Polygon[]): BetterFit[] {
  return READINGS.map((reading) => {
    const polygons = readAs(reading, labels, size);
    return { kind: 'reading', reading, polygons, fit: ink.fit(polygons) };
  });
}

function shift(ink: Ink, labels: readonly Polygon[]): BetterFit {
  const by = ink.bestShift(labels);
  const polygons = labels.map((polygon) => polygon.map(([x, y]): Point => [x + by.x, y + by.y]));
  return { kind: 'shift', ...by, polygons };
}

/** The labels of every other picture laid on this one. */
function swapsWith(ink: Ink, sample: LabelledSample, others: readonly LabelledSample[]): BetterFit[] {
  return others.flatMap((owner) => {
    const polygons = linesOf(owner);
    if (owner === sample || polygons.length < TELLING_TEXTS) return [];
    return { kind: 'swap', owner, polygons, fit: ink.fit(polygons) };
  });
}

function blankTexts(ink: Ink, { instances }: LabelledSample): TextInstance[] {
  const strengths = instances.map(({ polygon }) => ink.strength(polygon));
  const least = BLANK * (median(strengths) ?? 0);
  return instances.filter(({ ignore }, i) => !ignore && strengths[i]! < least);
}

/** A frame around everything lies on ink wherever it is. */
function linesOf(sample: LabelledSample): Polygon[] {
  return sample.instances.filter((text) => !isHuge(text, sample)).map(({ polygon }) => polygon);
}
