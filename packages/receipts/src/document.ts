/** Chooses country, printer and layout, and lets the layout fill a sheet. */
import { RandomStream } from 'inkstone-detect/random';
import { pick } from './chance.js';
import type { Face } from './fonts.js';
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
const TILL_FACES: readonly Face[] = [
  'cousine',
  'inconsolata',
  'share-tech-mono',
  'vt323',
  'courier-prime',
  'arimo',
  'archivo-narrow',
  'tinos',
];
/** Of a hundred rolls; in the order of `TILL_FACES`. */
const TILL_SHARES = [22, 18, 12, 12, 6, 16, 10, 4];
const OFFICE_FACES: readonly Face[] = ['arimo', 'tinos', 'archivo-narrow', 'arimo', 'courier-prime'];
/** Black of thermal heads and lasers, then the purples and blues of ribbons. */
const BLACKS = ['#141416', '#1b1b1f', '#232327', '#2b2a30'];
const RIBBONS = ['#4a4a9c', '#5b4a94', '#3c4f8f', '#6a5fa8', '#3a3a44'];
/** Letters of these faces are small for their size. */
const SIZE_FACTOR: Partial<Record<Face, number>> = {
  vt323: 1.22,
  inconsolata: 1.08,
  'share-tech-mono': 1.05,
  'archivo-narrow': 1.1,
  tinos: 1.05,
};

export function makeDocument(seed: number, index: number, split: SyntheticSplit): ReceiptDocument {
  const random = new RandomStream(`synthetic ${split} document`, seed, index);
  const choice = pickShare(
    random,
    LAYOUTS,
    LAYOUTS.map(({ share }) => share),
  );
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
  const face = isOffice ? pick(random, OFFICE_FACES) : pickShare(random, TILL_FACES, TILL_SHARES);
  const isMatrix = !isOffice && random.chance(face === 'vt323' ? 0.5 : 0.12);
  return {
    face,
    headFace: random.chance(0.75)
      ? face
      : pick(random, ['oswald', 'arimo', 'lobster', 'tinos', 'archivo-narrow']),
    size: BODY_SIZE * (SIZE_FACTOR[face] ?? 1),
    leading: random.between(1.12, 1.5) / (SIZE_FACTOR[face] ?? 1),
    isBold: !isOffice && random.chance(0.18),
    isUpperCase: !isOffice && random.chance(0.25),
    isMatrix,
    ink: pick(random, isMatrix || random.chance(0.12) ? RIBBONS : BLACKS),
    rule: pick(random, ['dashes', 'dashes', 'line', 'double', 'dots', 'stars']),
  };
}

function pickShare<T>(random: RandomStream, items: readonly T[], shares: readonly number[]): T {
  let rest = random.uniform() * shares.reduce((sum, share) => sum + share, 0);
  for (let i = 0; i < items.length; i++) {
    rest -= shares[i];
    if (rest < 0) return items[i];
  }
  return items[items.length - 1];
}
