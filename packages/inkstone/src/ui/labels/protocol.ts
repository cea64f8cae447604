/** What the server tells the page about pictures that are labelled. Types that both sides compile: nothing is imported here. */

/** One text, in pixels of the upright picture. */
export interface LabelText {
  readonly polygon: readonly (readonly [x: number, y: number])[];
  /** Empty when nobody wrote it down. */
  readonly transcript: string;
  /** Unreadable: neither rewarded nor punished. */
  readonly ignore: boolean;
  /** How sure the detector is of it; not for what a person has drawn. */
  readonly score?: number | undefined;
  /** Which word of `labels.json` it was, so that this word's other keys stay; not for what a person has drawn. */
  readonly id?: string | undefined;
}

/** `new`: nothing yet. `draft`: the detector's. `edited`: a person has worked on it. `confirmed`: a label, which training reads. */
export type PictureState = 'new' | 'draft' | 'edited' | 'confirmed';

/** A picture in the list. */
export interface PictureRow {
  readonly name: string;
  readonly state: PictureState;
  readonly texts: number;
  /** How many of its texts the detector expects to have wrong; null where it has not looked. */
  readonly doubt: number | null;
  /** Why the detector could not look at it. */
  readonly problem: string | null;
  readonly version: string;
}

/** What has changed in the list. */
export interface PicturesEvent {
  readonly rows: readonly PictureRow[];
  readonly gone: readonly string[];
}

/** The texts of a picture as they lie on the disk. */
export interface PictureLabels {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly state: PictureState;
  readonly texts: readonly LabelText[];
  /** Another one for every change. */
  readonly version: string;
}

/** What the page sends to be saved. */
export interface PictureChange {
  readonly texts: readonly LabelText[];
  readonly isConfirmed: boolean;
}

/** The answer to a change of something that has changed meanwhile. */
export interface Conflict {
  readonly error: string;
  readonly current: PictureLabels;
}

export interface LabelsView {
  /** Null: `inkstone ui` was started without `--data`. */
  readonly folder: string | null;
  /** What `inkstone train` needs to go on from the detector with what is confirmed. */
  readonly training: readonly string[];
}

/** How far the detector is with its drafts. */
export interface DetectorView {
  /** Null: there is none. */
  readonly model: string | null;
  readonly waiting: number;
  readonly problem: string | null;
}

export interface Exported {
  readonly folder: string;
  /** Pictures in each part. */
  readonly train: number;
  readonly val: number;
  /** How to train on it. */
  readonly settings: readonly string[];
}
