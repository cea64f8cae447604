/** What 16-bit storage does, or would do, to the numbers of a trained network. */
export type { Diagnosis, LayerNumerics, Numbers } from './diagnose.js';
export { type ExamineOptions, examineNumerics, type Numerics } from './examine.js';
export { numericsFileOf, readNumerics } from './saved.js';
export { numericsTable } from './table.js';
