/** How a picture is taken: by a scanner or a phone, from where, in what light, and what the device makes of it. */
import { boundingBox, type Point, type Polygon } from 'inkstone-detect/geometry';
import type { RandomStream } from 'inkstone-detect/random';
import type { Surface } from './backdrop.js';
import { Camera, cornersOf, rectangleTo, type Waves } from './camera.js';
import { pick } from './chance.js';
import type { PaperSize } from './wear.js';

/** The device's part in the picture. */
export interface Finish {
  /** Standard deviation of the sensor's noise, grey levels. */
  readonly noise: number;
  /** Standard deviation of the paper's grain, grey levels; the same in all three colours. */
  readonly grain: number;
  /** Weight of each neighbour in the 1-2-1 blur, 0 sharp to 0.33 box. */
  readonly blur: number;
  readonly contrast: number;
  /** Grey level that is left alone by contrast. */
  readonly pivot: number;
  readonly gamma: number;
  /** Gains of red, green and blue. */
  readonly balance: readonly [number, number, number];
  /** 1 to 100. */
  readonly jpegQuality: number;
}

/** Brightness over the picture, 1 is paper white. `at(x, y)` takes shares of width and height. */
export type Light = (x: number, y: number) => number;

export interface Scene {
  readonly camera: Camera;
  /** Of the picture, pixels. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture for a point of the paper. */
  readonly scale: number;
  readonly surface: Surface;
  readonly light: Light;
  readonly finish: Finish;
}

/** Texts keep this distance from the picture's edge, points. */
const TEXT_CLEARANCE = 4;

/** @param texts regions of the paper that must not be cut off */
export function makeScene(
  random: RandomStream,
  paper: PaperSize,
  texts: readonly Polygon[],
  longestSide: number,
  difficulty: number,
): Scene {
  const isScan = random.chance(0.5);
  const free = isScan ? aimScanner(random, paper, difficulty) : aimPhone(random, paper, difficulty);
  const outline = boundingBox(free.outline(cornersOf({ ...paper, x: 0, y: 0 })));
  const writing = boundingBox(texts.flatMap((text) => free.outline(text, 3)));
  const margins = isScan ? scanMargins(random) : phoneMargins(random);
  const left = Math.min(outline.minX - margins[0] * paper.width, writing.minX - TEXT_CLEARANCE);
  const top = Math.min(outline.minY - margins[1] * paper.width, writing.minY - TEXT_CLEARANCE);
  const right = Math.max(outline.maxX + margins[2] * paper.width, writing.maxX + TEXT_CLEARANCE);
  const bottom = Math.max(outline.maxY + margins[3] * paper.width, writing.maxY + TEXT_CLEARANCE);
  const scale = longestSide / Math.max(right - left, bottom - top);
  return {
    camera: free.framed(left, top, scale),
    width: Math.max(1, Math.min(longestSide, Math.round((right - left) * scale))),
    height: Math.max(1, Math.min(longestSide, Math.round((bottom - top) * scale))),
    scale,
    surface: isScan
      ? random.chance(0.8)
        ? 'bed'
        : 'darkBed'
      : pick(random, ['desk', 'wood', 'wood', 'cloth', 'stone', 'desk']),
    light: isScan ? () => 1 : makeLight(random, difficulty),
    finish: isScan ? scanFinish(random, difficulty) : phoneFinish(random, difficulty),
  };
}

function aimScanner(random: RandomStream, paper: PaperSize, difficulty: number): Camera {
  const waves: Waves = {
    ...NO_WAVES,
    sway: random.chance(0.4) ? random.between(0, 3) * difficulty : 0,
    swayRate: random.between(2, 6) / paper.height,
    swayPhase: random.between(0, 6),
  };
  return new Camera(
    waves,
    turned(paper, random.between(-1.4, 1.4) * difficulty, () => 0),
  );
}

function aimPhone(random: RandomStream, paper: PaperSize, difficulty: number): Camera {
  const bend = random.chance(0.6) ? difficulty : 0.15 * difficulty;
  const waves: Waves = {
    rise: random.between(0, 5) * bend,
    riseRate: random.between(1.5, 5.5) / paper.width,
    risePhase: random.between(0, 6),
    sway: random.between(0, 7) * bend,
    swayRate: random.between(2, 7) / paper.height,
    swayPhase: random.between(0, 6),
  };
  const tilt = random.between(0, 0.055) * paper.width * difficulty;
  const angle = (random.chance(0.15) ? random.between(-9, 9) : random.between(-3.5, 3.5)) * difficulty;
  return new Camera(
    waves,
    turned(paper, angle, () => random.between(-tilt, tilt)),
  );
}

const NO_WAVES: Waves = { rise: 0, riseRate: 0, risePhase: 0, sway: 0, swayRate: 0, swayPhase: 0 };

/** The paper turned by `degrees` about its middle, each corner moved by what `jitter` says. */
function turned({ width, height }: PaperSize, degrees: number, jitter: () => number) {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const corner = (x: number, y: number): Point => [
    cos * x - sin * y + jitter(),
    sin * x + cos * y + jitter(),
  ];
  const [w, h] = [width / 2, height / 2];
  return rectangleTo([corner(-w, -h), corner(w, -h), corner(w, h), corner(-w, h)], width, height);
}

type Range = [min: number, max: number];

/** From the paper to the picture's edge in paper widths: left, top, right, bottom. Negative ones cut into the paper. */
const margins = (random: RandomStream, ...ranges: Range[]) => ranges.map((range) => random.between(...range));

/** Mostly cut close; now and then the strip lies alone on the scanner's bed. */
function scanMargins(random: RandomStream): number[] {
  if (random.chance(0.18)) return margins(random, [0.1, 0.4], [0, 0.25], [0.1, 0.4], [0, 0.4]);
  return margins(random, [-0.02, 0.06], [-0.04, 0.05], [-0.02, 0.06], [-0.04, 0.05]);
}

function phoneMargins(random: RandomStream): number[] {
  const loose = random.between(0.03, 0.26);
  return margins(random, [-0.02, loose], [-0.03, loose], [-0.02, loose], [-0.03, loose]);
}

/** Lamp to one side, dark corners, a soft shadow of the phone or the hand, waves of the paper. */
function makeLight(random: RandomStream, difficulty: number): Light {
  const level = 1 - random.between(0, 0.2) * difficulty;
  const slopeX = random.between(-0.22, 0.22) * difficulty;
  const slopeY = random.between(-0.22, 0.22) * difficulty;
  const corners = random.between(0, 0.25) * difficulty;
  const dark = random.chance(0.35) ? random.between(0.12, 0.42) * difficulty : 0;
  const direction = random.between(0, 2 * Math.PI);
  const [nx, ny] = [Math.cos(direction), Math.sin(direction)];
  const edge = random.between(-0.3, 0.3);
  const softness = random.between(0.03, 0.2);
  const ripple = random.between(0, 0.05) * difficulty;
  const rate = random.between(5, 14);
  const phase = random.between(0, 6);
  return (x, y) => {
    const [cx, cy] = [x - 0.5, y - 0.5];
    const side = (cx * nx + cy * ny - edge) / softness;
    const shade = dark / (1 + Math.exp(-side));
    const wave = ripple * Math.sin(rate * y + 2 * x + phase);
    return (level + slopeX * cx + slopeY * cy - corners * (cx * cx + cy * cy) * 2 + wave) * (1 - shade);
  };
}

function scanFinish(random: RandomStream, difficulty: number): Finish {
  const isHard = random.chance(0.45);
  return {
    noise: random.between(0.5, 4) * difficulty,
    grain: random.between(0, 3) * difficulty,
    blur: random.between(0, 0.2) * difficulty,
    contrast: isHard ? random.between(1.4, 2.6) : random.between(0.9, 1.15),
    pivot: isHard ? random.between(150, 190) : 255,
    gamma: random.between(0.9, 1.15),
    balance: [1, 1, random.between(0.97, 1.02)],
    jpegQuality: Math.round(random.between(55, 92)),
  };
}

function phoneFinish(random: RandomStream, difficulty: number): Finish {
  const warmth = random.between(-0.09, 0.06) * difficulty;
  return {
    noise: random.between(1.5, 7) * difficulty,
    grain: random.between(1, 4) * difficulty,
    blur: random.between(0.02, 0.32) * difficulty,
    contrast: random.between(0.75, 1.1),
    pivot: random.between(130, 220),
    gamma: random.between(0.9, 1.25),
    balance: [1 - warmth / 2, 1, 1 + warmth],
    jpegQuality: Math.round(random.between(45, 90)),
  };
}
