/**
 * Bounds on what comes in from outside, so that no file and no override takes the machine's memory or time. A configuration
 * that somebody means is nowhere near them.
 */

/** Maps and lists inside one another, with the references that lead from one to the next. */
export const MAX_DEPTH = 32;
/** Keys and values of a file, maps and lists among them. */
export const MAX_NODES = 4000;
export const MAX_FILE_BYTES = 100_000;
/** Characters of an override, or of a key or a value in a file. */
export const MAX_TEXT_LENGTH = 10_000;
/** Values and characters that the references of a configuration may stand for, all together. */
export const MAX_EXPANSION = 100_000;
/** Folders below one that groups are looked for in: a few dozen groups, not somebody's whole disk. */
export const MAX_FOLDERS = 1000;
