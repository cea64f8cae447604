/** One engine's measurement in a process of its own: options as JSON in its argument, the result as JSON in its output. */
import { benchmarkStep, stepOptionsSchema } from './step.js';

console.log(JSON.stringify(benchmarkStep(stepOptionsSchema.parse(JSON.parse(process.argv[2] ?? '')))));
