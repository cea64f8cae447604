/** What `inspect` looks for. To add a check is to add its file and its line here. */
import type { Check } from '../finding.js';
import { blank } from './blank.js';
import { duplicates } from './duplicates.js';
import { huge } from './huge.js';
import { kernels } from './kernels.js';
import { learningRate } from './learning-rate.js';
import { memory } from './memory.js';
import { misplaced } from './misplaced.js';
import { outside } from './outside.js';
import { smallTexts } from './small-texts.js';
import { unlabelled } from './unlabelled.js';
import { unusable } from './unusable.js';

/** Findings of one weight are listed in this order: causes before what follows from them. */
export const CHECKS: readonly Check[] = [
  unusable,
  unlabelled,
  misplaced,
  outside,
  blank,
  huge,
  duplicates,
  smallTexts,
  kernels,
  learningRate,
  memory,
];
