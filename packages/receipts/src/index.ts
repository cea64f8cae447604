/** Drawn receipts: the data set that comes with Inkstone. */
export {
  GENERATOR_VERSION,
  generateReceipt,
  type Receipt,
  type ReceiptOptions,
  type ReceiptText,
} from './generate.js';
export type { SyntheticSplit } from './purchase.js';
