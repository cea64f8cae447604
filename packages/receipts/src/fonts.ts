/**
 * The typefaces that receipts are set in, from npm packages. They are registered under names of their own, so that no
 * font of the machine can take their place: the same seed looks the same everywhere.
 */
import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';

interface FaceFacts {
  /** Weight of the bold cut; absent: one weight only. */
  readonly bold?: number;
  /** All letters have the same width. */
  readonly isMonospaced?: boolean;
  /** How many of a hundred tills print with it. */
  readonly tillShare?: number;
  /** Above 1 where letters are small for their size. */
  readonly sizeFactor?: number;
}

/** By the package below `@fontsource`. */
const FACES = {
  cousine: { bold: 700, isMonospaced: true, tillShare: 22 },
  inconsolata: { bold: 700, isMonospaced: true, tillShare: 18, sizeFactor: 1.08 },
  'share-tech-mono': { isMonospaced: true, tillShare: 12, sizeFactor: 1.05 },
  vt323: { isMonospaced: true, tillShare: 12, sizeFactor: 1.22 },
  'courier-prime': { bold: 700, isMonospaced: true, tillShare: 6 },
  arimo: { bold: 700, tillShare: 16 },
  'archivo-narrow': { bold: 700, tillShare: 10, sizeFactor: 1.1 },
  tinos: { bold: 700, tillShare: 4, sizeFactor: 1.05 },
  oswald: { bold: 600 },
  lobster: {},
  caveat: { bold: 600 },
  'reenie-beanie': {},
} satisfies Record<string, FaceFacts>;

export type Face = keyof typeof FACES;

export const FACE_FACTS: Readonly<Record<Face, FaceFacts>> = FACES;
/** Faces of pens. */
export const HANDWRITTEN: readonly Face[] = ['caveat', 'reenie-beanie'];

const REGULAR = 400;
/** Metrics are rounded to whole pixels by the canvas: measuring large makes them exact. */
const MEASURING_SIZE = 256;

let isRegistered = false;

function register(): void {
  if (isRegistered) return;
  const { resolve } = createRequire(import.meta.url);
  for (const [face, { bold }] of Object.entries<FaceFacts>(FACES)) {
    for (const weight of bold ? [REGULAR, bold] : [REGULAR]) {
      const path = resolve(`@fontsource/${face}/files/${face}-latin-${weight}-normal.woff2`);
      if (!GlobalFonts.registerFromPath(path, familyOf(face, weight !== REGULAR))) {
        throw new Error(`${path} cannot be read as a font; run "npm ci" again`);
      }
    }
  }
  isRegistered = true;
}

function familyOf(face: string, isBold: boolean): string {
  return `inkstone ${face}${isBold ? ' bold' : ''}`;
}

/** The CSS font of a canvas. A face without a bold cut stays regular. */
export function cssFont(face: Face, size: number, isBold = false): string {
  register();
  return `${size}px "${familyOf(face, isBold && FACE_FACTS[face].bold !== undefined)}"`;
}

/** Extents about the start of the baseline, in units of the font size: ink from `left` to `right`, `ascent` up, `descent` down. */
export interface TextMetrics {
  readonly advance: number;
  readonly left: number;
  readonly right: number;
  readonly ascent: number;
  readonly descent: number;
}

const measuring = createCanvas(1, 1).getContext('2d');

/** Layouts ask for the same text several times; the limit only keeps a long run's memory small. */
const measured = new Map<string, TextMetrics>();
const MEASURED_LIMIT = 4000;

export function measureText(text: string, face: Face, isBold = false): TextMetrics {
  const key = `${face}|${isBold}|${text}`;
  const known = measured.get(key);
  if (known) return known;
  if (measured.size >= MEASURED_LIMIT) measured.clear();
  const metrics = measureAnew(text, face, isBold);
  measured.set(key, metrics);
  return metrics;
}

function measureAnew(text: string, face: Face, isBold: boolean): TextMetrics {
  measuring.font = cssFont(face, MEASURING_SIZE, isBold);
  const m = measuring.measureText(text);
  return {
    advance: m.width / MEASURING_SIZE,
    left: -m.actualBoundingBoxLeft / MEASURING_SIZE,
    right: m.actualBoundingBoxRight / MEASURING_SIZE,
    ascent: m.actualBoundingBoxAscent / MEASURING_SIZE,
    descent: m.actualBoundingBoxDescent / MEASURING_SIZE,
  };
}
