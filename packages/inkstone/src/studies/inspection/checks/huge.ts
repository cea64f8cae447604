/** Texts too large to be one line. */
import { type Check, perSplit, placeOfText, share } from '../finding.js';
import { isHuge, textsOf } from '../sample.js';

export const huge: Check = {
  name: 'huge',
  look: perSplit(({ split, samples }) => {
    const places = samples.flatMap((sample) =>
      sample.instances
        .filter((text) => !text.ignore && isHuge(text, sample))
        .map((text) => placeOfText(sample, text)),
    );
    if (places.length === 0) return [];
    return [
      {
        weight: 'warning',
        what: `texts as large as a paragraph: ${share(places.length, textsOf(samples).length, `texts of ${split}`)}`,
        todo: 'outline each line, or each word, by itself; mark what is no text as ###',
        places,
      },
    ];
  }),
};
