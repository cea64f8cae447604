/** Processes that work on one run together, on one machine or on many. Knows nothing of training. */

export { boundRank } from './bound.js';
export { Group, type Posted } from './group.js';
export { joinGroup } from './join-group.js';
export { type DistributedConfig, distributedSchema } from './options.js';
export { asOfRank, CommonError, RankError } from './rank-error.js';
