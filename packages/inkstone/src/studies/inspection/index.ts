/** What is in a data set, what is wrong with it, and which settings suit it: before anything is trained. */
export type { Advice } from './advice.js';
export { figuresTable, nothingToChange, type SplitFigures } from './figures.js';
export { type Finding, type Place, placeName, type Weight } from './finding.js';
export { type Inspection, inspectData, isTrainable, type NamedFinding } from './inspect.js';
export { memoryBytes } from './memory.js';
export { preparePageFolder, writePage } from './page.js';
export { type StartingConfig, startingConfig } from './starting-config.js';
