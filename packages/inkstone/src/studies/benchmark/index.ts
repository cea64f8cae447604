/** The engine's training step timed, precision beside precision and beside PyTorch, and kernel by kernel. */
export { type ComparisonOptions, compareEngines, type EngineResult, measureStep } from './comparison.js';
export { isPeer } from './peer.js';
export { type Profile, profileStep, profileTable } from './profile.js';
export { benchmarkStep } from './step.js';
export { benchmarkTable } from './table.js';
