/** What every room may use: files written whole, threads and processes, units, progress. Loads nothing large: `--help` waits for it. */
export {
  alreadyThere,
  type Contents,
  linkOrCopy,
  RunFileError,
  replaceFile,
  writeAtomically,
  writeResult,
} from './atomic-write.js';
export { outliveReaders } from './closed-pipe.js';
export { compiledProgram } from './compiled.js';
export { mapConcurrent } from './concurrent.js';
export { credentialsOf } from './credentials.js';
export { InkstoneError, InputError } from './error.js';
export { look, makeFolder, prepareFolder } from './output-folder.js';
export { peakRss } from './peak-rss.js';
export { printable } from './printable.js';
export { isAlive, type ProcessIdentity, thisProcess } from './process-identity.js';
export { processorName } from './processor.js';
export { progressBar } from './progress.js';
export { firstIssue, parseJson, readJson } from './saved-json.js';
export { mean, median, quartiles } from './statistics.js';
export { systemReason } from './system-reason.js';
export { bar, bytes, counted, duration } from './units.js';
export { VERSION } from './version.js';
export { answerTasks, WorkerPool } from './worker-pool.js';
