/** Where a run's figures go: console, JSON lines, TensorBoard. Steps are strictly increasing for every logger. */

export { ConsoleLogger } from './console.js';
export { JsonlLogger } from './jsonl.js';
export { isSystemMetric, type LoggedImage, type Logger, type Metrics } from './logger.js';
export { TensorBoardLogger } from './tensorboard.js';
export { Terminal } from './terminal.js';
export { Tracker, type TrackerState } from './tracker.js';
