/** `inkstone ui`: a local page on runs and labels. The server here, what runs in the browser in `page/`. */
export { isLoopback } from './guard.js';
export { type Labels, openLabels } from './labels/labels.js';
export { type UiOptions, uiServer } from './server.js';
