/** One engine's measurement in a process of its own: options as JSON in its argument, the result as JSON in its output. */
import { benchmarkStep, type StepBenchmarkOptions } from './step.js';

const options = JSON.parse(process.argv[2] as string) as StepBenchmarkOptions;
console.log(JSON.stringify(benchmarkStep(options)));
