import type { DataOptions, Split } from '../options.js';
import type { ProblemLog } from '../problem-log.js';
import type { Sample } from '../sample.js';

/**
 * A format's entry point: looks for the labels of `split` (null: of a root without splits) and returns how to read them,
 * or null when they are not there. Looking reads no label, so it can be asked what a dataset has.
 */
export type Finder = (options: DataOptions, split: Split | null) => ((log: ProblemLog) => Sample[]) | null;
