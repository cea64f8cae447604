/** Synthetic receipts: the data set that comes with Inkstone. */
export { ensureSyntheticDataset, type SyntheticDatasetOptions } from './dataset.js';
export { GENERATOR_VERSION, generateReceipt, type Receipt, type ReceiptOptions } from './generate.js';
export type { SyntheticSplit } from './purchase.js';
