/** Inkstone: train a text detector, and use it. Each room has its own entry too: `inkstone/cache`, `inkstone/tensor`, … */
export { ConfigError } from './config/index.js';
export * from './runs/index.js';
export * from './studies/index.js';
export { InkstoneError, InputError } from './system/index.js';
export { type Backend, setBackend } from './tensor/index.js';
export { Terminal } from './tracking/index.js';
export * from './training/index.js';
