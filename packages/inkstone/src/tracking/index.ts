/** Where a run's figures go: console, JSON lines, TensorBoard. Steps are strictly increasing for every logger. */

export { type MetricsRow, readMetrics } from './jsonl.js';
export { type LoggedImage, type Logger, type Metrics, metricsSchema } from './logger.js';
export { createLoggers, loggerSchema } from './loggers.js';
export { Terminal } from './terminal.js';
export { Tracker, trackerStateSchema } from './tracker.js';
