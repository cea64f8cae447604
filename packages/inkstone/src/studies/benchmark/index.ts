/** The engine's training step timed, precision beside precision and beside PyTorch. */
export { type ComparisonOptions, compareEngines, type EngineResult, isPeer } from './comparison.js';
export { benchmarkTable } from './table.js';
