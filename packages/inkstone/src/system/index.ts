/** What every room may use: files written whole, threads and processes, units, progress. */
export { writeAtomically } from './atomic-write.js';
export { compiledProgram } from './compiled.js';
export { mapConcurrent } from './concurrent.js';
export { InkstoneError, InputError } from './error.js';
export { median } from './median.js';
export { peakRss } from './peak-rss.js';
export { progressBar } from './progress.js';
export { RunFileError } from './run-file-error.js';
export { bar, bytes, duration } from './units.js';
