/** Texts as people label them: one text instance, one rule for what is ignored, one parser and one writer a file format. */
export { exactLabelText, labelText } from './encoding.js';
export { textHeight } from './height.js';
export { type IcdarShape, parseIcdar, seesOnlyPoints, seesPolygons, writeIcdar } from './icdar.js';
export { isIgnored, type LabelledImage, type TextInstance } from './instance.js';
export { parseJson, writeJson } from './json.js';
export { assertPaddleName, parsePaddle, writePaddle } from './paddle.js';
export { DataError, fail, formatProblem, type Problem, placeOfProblem, type Report } from './problem.js';
