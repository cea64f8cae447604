/** The same picture twice. Trained on and validated on, it is scored for having been learned by heart. */
import { equalPictures, isAcrossSplits, type Picture, sharedPictures } from '../../../data/index.js';
import type { Check, Finding, Place } from '../finding.js';

export const duplicates: Check = {
  name: 'duplicates',
  look: async ({ splits }) => {
    const samples = new Map(
      splits.flatMap((split) => split.samples.map((sample) => [sample.imagePath, sample] as const)),
    );
    const placesOf = (paths: readonly string[]): Place[] =>
      paths.map((path) => ({ path, sample: samples.get(path)! }));
    const groups = (equal: readonly (readonly Picture[])[], rest: Omit<Finding, 'places'>): Finding[] =>
      equal.length === 0
        ? []
        : [{ ...rest, places: placesOf(equal.flat().map(({ imagePath }) => imagePath)) }];

    const [train, val] = splits;
    const shared = train && val ? sharedPictures(train, val) : [];
    if (shared.length > 0) {
      return [
        {
          weight: 'problem',
          what: `${shared.length} picture files stand in train and in val: training refuses them`,
          todo: 'keep each in one split',
          places: placesOf(shared),
        },
      ];
    }
    const equal = await equalPictures(splits);
    const across = equal.filter(isAcrossSplits);
    const within = equal.filter((group) => !isAcrossSplits(group));
    return [
      ...groups(across, {
        weight: 'warning',
        what: `${across.length} pictures of equal content stand in train and in val: validation looks better than it is`,
        todo: 'keep each in one split',
      }),
      ...groups(within, {
        weight: 'note',
        what: `${within.length} pictures of equal content stand twice in one split`,
        todo: 'remove one of each, or leave them: they count more than others',
      }),
    ];
  },
};
