/** What training made of the weights that a run started from: both detectors on the same pictures. */
export { type BeforeAfterPlan, compareBeforeAfter, planBeforeAfter } from './compare.js';
export { beforeAfterNotes, beforeAfterTable } from './report.js';
export { type BeforeAfter, beforeAfterResultSchema, readBeforeAfter } from './result.js';
