/** Chooses country, printer and layout, and lets the layout fill a sheet. */
import { RandomStream } from 'inkstone-detect/random';
import { pick } from './chance.js';
import { FACE_FACTS, type Face } from './fonts.js';
import { LAYOUTS, type LayoutChoice } from './layouts/index.js';
import type { SyntheticSplit } from './purchase.js';
import { type Printer, Sheet } from './sheet.js';
import { LOCALES, type Locale } from './words/index.js';

/** A printed sheet and the length of its paper; both in points. */
export interface ReceiptDocument {
  readonly sheet: Sheet;
  readonly locale: Locale;
  readonly width: number;
  readonly height: number;
}

const BODY_SIZE = 20;
const FACES = Object.keys(FACE_FACTS) as Face[];
const OFFICE_FACES: readonly Face[] = ['arimo', 'tinos', 'archivo-narrow', 'arimo', 'courier-prime'];
/** Black of thermal heads and lasers, then the purples and blues of ribbons. */
const BLACKS = ['#141416', '#1b1b1f', '#232327', '#2b2a30'];
const RIBBONS = ['#4a4a9c', '#5b4a94', '#3c4f8f', '#6a5fa8', '#3a3a44'];

export function makeDocument(seed: number, index: number, split: SyntheticSplit): ReceiptDocument {
  const random = new RandomStream(`synthetic ${split} document`, seed, index);
  const choice = pickShare(random, LAYOUTS, ({ share }) => share);
  const printer = makePrinter(random, choice);
  const width = Math.round(random.between(...choice.widths));
  const margin = width * random.between(0.045, 0.1);
  const top = printer.size * random.between(0.8, 4);
  const sheet = new Sheet(printer, width, margin, top, random);
  const locale = pick(random, LOCALES);
  choice.layout({ random, locale, split, sheet });
  const height = sheet.y + printer.size * random.between(1, 4);
  return { sheet, locale, width, height };
}

function makePrinter(random: RandomStream, { isOffice }: LayoutChoice): Printer {
  const face = isOffice
    ? pick(random, OFFICE_FACES)
    : pickShare(random, FACES, (f) => FACE_FACTS[f].tillShare ?? 0);
  const { sizeFactor = 1 } = FACE_FACTS[face];
  const isMatrix = !isOffice && random.chance(face === 'vt323' ? 0.5 : 0.12);
  return {
    face,
    headFace: random.chance(0.75)
      ? face
      : pick(random, ['oswald', 'arimo', 'lobster', 'tinos', 'archivo-narrow']),
    size: BODY_SIZE * sizeFactor,
    leading: random.between(1.12, 1.5) / sizeFactor,
    isBold: !isOffice && random.chance(0.18),
    isUpperCase: !isOffice && random.chance(0.25),
    isMatrix,
    ink: pick(random, isMatrix || random.chance(0.12) ? RIBBONS : BLACKS),
    rule: pick(random, ['dashes', 'dashes', 'line', 'double', 'dots', 'stars']),
  };
}

function pickShare<T>(random: RandomStream, items: readonly T[], shareOf: (item: T) => number): T {
  let rest = random.uniform() * items.reduce((sum, item) => sum + shareOf(item), 0);
  for (const item of items) {
    rest -= shareOf(item);
    if (rest < 0) return item;
  }
  return items[items.length - 1];
}
