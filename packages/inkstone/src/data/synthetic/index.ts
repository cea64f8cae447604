/** Synthetic receipts as a data set: drawn once into an ICDAR folder. The drawing itself is `inkstone-receipts`. */
export { ensureSyntheticDataset, type SyntheticDatasetOptions } from './dataset.js';
