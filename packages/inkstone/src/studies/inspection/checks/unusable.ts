/** Files and lines that cannot be read, and polygons that enclose nothing. */
import { settleProblems } from '../../../data/index.js';
import type { RunConfig } from '../../../runs/index.js';
import { InputError } from '../../../system/index.js';
import { type Check, perSplit, type SplitFacts } from '../finding.js';

export const unusable: Check = {
  name: 'unusable',
  look: perSplit((facts, config) => {
    const { split, unusable: problems } = facts;
    const [first] = problems;
    if (first === undefined) return [];
    const stops = stopsTraining(facts, config);
    const count = problems.length === 1 ? 'a file or line' : `${problems.length} files or lines`;
    return [
      {
        weight: stops ? 'problem' : 'warning',
        what: `${count} of ${split} cannot be used: ${first.reason ?? first.message}`,
        todo: stops
          ? 'mend them: training stops at them, or at that many of them (data.on_error, data.max_skipped)'
          : 'mend them: training leaves them out (data.on_error=skip)',
        places: problems,
      },
    ];
  }),
};

function stopsTraining({ split, samples, unusable: problems }: SplitFacts, { data }: RunConfig): boolean {
  try {
    settleProblems(data, split, problems, samples);
    return samples.length === 0;
  } catch (error) {
    if (error instanceof InputError) return true;
    throw error;
  }
}
