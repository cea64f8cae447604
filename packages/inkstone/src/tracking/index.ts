/** Where a run's figures go: console, JSON lines, TensorBoard. Steps are strictly increasing for every logger. */

export type { LoggedImage, Logger, Metrics } from './logger.js';
export { createLoggers, loggerSchema } from './loggers.js';
export { Terminal } from './terminal.js';
export { Tracker, type TrackerState } from './tracker.js';
