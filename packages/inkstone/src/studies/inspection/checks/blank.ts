/** Texts on bare paper, on pictures whose other texts lie where they should. */
import { type Check, perSplit, placeOfText, share } from '../finding.js';
import { textsOf } from '../sample.js';

/** More than a handful of slips. */
const MANY = 0.01;

export const blank: Check = {
  name: 'blank',
  look: perSplit(({ split, fits }) => {
    const places = fits.flatMap((fit) => fit.blank.map((text) => placeOfText(fit.sample, text)));
    if (places.length === 0) return [];
    const all = textsOf(fits.map(({ sample }) => sample)).length;
    return [
      {
        weight: places.length > MANY * all ? 'warning' : 'note',
        what: `texts that lie on bare paper: ${share(places.length, all, `texts of ${split}`)}`,
        todo: 'look at them in the pictures of --output; move or remove them',
        places,
      },
    ];
  }),
};
