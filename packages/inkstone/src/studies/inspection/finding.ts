/** What a check is given to look at, and what it finds. */
import type { Polygon } from 'inkstone-detect/geometry';
import type { Split } from '../../data/index.js';
import type { Problem, TextInstance } from '../../labels/index.js';
import type { RunConfig } from '../../runs/index.js';
import type { Fit } from './fit.js';
import type { StepBytes } from './memory.js';
import type { LabelledSample } from './sample.js';

export interface SplitFacts {
  readonly split: Split;
  readonly samples: readonly LabelledSample[];
  /** Files and lines that cannot be used. */
  readonly unusable: readonly Problem[];
  /** Samples whose pixels were looked at: all of a small data set. */
  readonly fits: readonly Fit[];
}

export interface Facts {
  readonly config: RunConfig;
  readonly splits: readonly SplitFacts[];
  readonly stepBytes: StepBytes;
  /** What this machine, or the container, has. */
  readonly memoryBytes: number;
}

/** `problem`: training could not work. `warning`: it would be worse than it could be. `note`: good to know. */
export const WEIGHTS = ['problem', 'warning', 'note'] as const;
export type Weight = (typeof WEIGHTS)[number];

export interface Finding {
  readonly weight: Weight;
  /** What was found, and how much of it. */
  readonly what: string;
  readonly todo: string;
  readonly places: readonly Place[];
}

/** Where a finding shows. */
export interface Place {
  readonly path: string;
  readonly line?: number;
  /** For a picture of it. */
  readonly sample?: LabelledSample;
  /** The text at fault; none: all of the sample. */
  readonly faulty?: Polygon;
  /** Where the labels would fit. */
  readonly better?: readonly Polygon[];
}

/** `file:line`, or the file. */
export const placeName = ({ path, line }: Place): string => (line === undefined ? path : `${path}:${line}`);

export interface Check {
  readonly name: string;
  readonly look: (facts: Facts) => readonly Finding[] | Promise<readonly Finding[]>;
}

/** A check that looks at one split at a time. */
export function perSplit(look: (split: SplitFacts, config: RunConfig) => readonly Finding[]): Check['look'] {
  return ({ splits, config }) => splits.flatMap((split) => look(split, config));
}

export function placeOfText(sample: LabelledSample, { line, polygon }: TextInstance): Place {
  return { path: sample.labelPath, ...(line !== undefined && { line }), sample, faulty: polygon };
}

/** `12 of 400 texts (3.0 %)`. */
export function share(count: number, all: number, noun: string): string {
  const percent = all === 0 ? 0 : (100 * count) / all;
  return `${count} of ${all} ${noun} (${percent.toFixed(percent < 1 ? 2 : 0)} %)`;
}
