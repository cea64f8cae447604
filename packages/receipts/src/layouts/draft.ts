import type { RandomStream } from 'inkstone-detect/random';
import type { SyntheticSplit } from '../purchase.js';
import type { Sheet } from '../sheet.js';
import type { Locale } from '../words/index.js';

/** What a layout is given: it fills the sheet from top to bottom. */
export interface Draft {
  readonly random: RandomStream;
  readonly locale: Locale;
  readonly split: SyntheticSplit;
  readonly sheet: Sheet;
}

export type Layout = (draft: Draft) => void;
