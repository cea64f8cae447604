export { type Examination, examineMachine, type Missing } from './examine.js';
export { measureSpeed, type Speed } from './speed.js';
