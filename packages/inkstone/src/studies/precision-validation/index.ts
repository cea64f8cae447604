/** Whether 16-bit training may be trusted: both precisions trained side by side, compared, and a verdict. */
export { RunInterrupted } from './execute.js';
export type { Curve, RunFigures } from './figures.js';
export { type Plan, planValidation, type Trial, type ValidationRequest } from './plan.js';
export { readReport } from './read-report.js';
export { costTable, measuresTable, type Report, runsTable } from './report.js';
export { type ValidateOptions, validatePrecision } from './validate.js';
export type { Comparison, Grade, Judgement, TrialFigures, Verdict } from './verdict.js';
