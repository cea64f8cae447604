/** The engine's training step timed, precision beside precision and beside PyTorch. */
export { type ComparisonOptions, compareEngines, type EngineResult, isPeer } from './comparison.js';
export { benchmarkStep } from './step.js';
export { benchmarkTable } from './table.js';
