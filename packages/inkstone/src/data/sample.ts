/** A dataset's entries as the readers produce them: an image file and its text polygons. */
import type { Polygon } from 'inkstone-detect/geometry';

/** One text of an image, in pixels of the upright original. */
export interface TextInstance {
  polygon: Polygon;
  transcript: string;
  /** Unreadable text (`###`, `*`): neither rewarded nor punished. */
  ignore: boolean;
  /** Line of the label file that it stands on, counted from 1, where labels have lines. */
  line?: number;
}

/** One labelled image before anything is decoded. */
export interface Sample {
  /** Unique in its dataset: the image's path below the folder of images, without extension. */
  id: string;
  imagePath: string;
  /** Label file, for messages. */
  labelPath: string;
  instances: TextInstance[];
}

/** Something unusable that was found, in words for people. */
export interface Problem {
  /** File at fault. */
  path: string;
  /** Line in that file, counted from 1. */
  line?: number;
  message: string;
}

export interface DatasetIndex {
  samples: Sample[];
  skipped: Problem[];
}

/** Transcripts that mark unreadable text in every format read here. */
const IGNORED_TRANSCRIPTS: ReadonlySet<string> = new Set(['###', '*']);

export function isIgnored(transcript: string): boolean {
  return IGNORED_TRANSCRIPTS.has(transcript.trim());
}
