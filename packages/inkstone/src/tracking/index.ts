/** Where a run's figures go: console, JSON lines, and the trackers of others. Steps are strictly increasing for every logger. */

export { METRICS_FILE, type MetricsRow, readMetrics, SYSTEM_FILE } from './jsonl.js';
export {
  figureSchema,
  type LoggedImage,
  type Logger,
  type Metrics,
  metricsSchema,
  type RunEnd,
} from './logger.js';
export { createLoggers, loggerSchema } from './loggers.js';
export { type Grown, lastRow, MetricsTail } from './metrics-tail.js';
export { Terminal } from './terminal.js';
export { Tracker, trackerStateSchema } from './tracker.js';
