/** Texts that are too low to be read once the pictures have the configured size. */
import { type Check, placeOfText, share } from '../finding.js';
import { heightAt } from '../sample.js';

/** Heights in pixels of a sample: below the first a text is a smear, below the second it is found, but badly outlined. */
export const SMEAR = 5;
export const SMALL = 10;
/** Shares of texts: half of them smeared is hopeless, a tenth costs recall; a third small costs tight boxes. */
const HOPELESS = 0.5;
const COSTLY = { smeared: 0.1, small: 1 / 3 };

export const smallTexts: Check = {
  name: 'small_texts',
  look: ({ splits, config }) => {
    const { size } = config.data;
    const heights = splits
      .flatMap(({ samples }) => samples)
      .flatMap((sample) =>
        sample.instances
          .filter(({ ignore }) => !ignore)
          .map((text) => ({ height: heightAt(text, sample, size), place: placeOfText(sample, text) })),
      );
    const below = (limit: number) => heights.filter(({ height }) => height < limit);
    const smeared = below(SMEAR);
    const small = below(SMALL);
    const isSmeared = smeared.length > COSTLY.smeared * heights.length;
    if (!isSmeared && small.length <= COSTLY.small * heights.length) return [];
    const [found, limit] = isSmeared ? [smeared, SMEAR] : [small, SMALL];
    return [
      {
        weight: smeared.length > HOPELESS * heights.length ? 'problem' : 'warning',
        what: `texts less than ${limit} pixels high at data.size=${size}: ${share(found.length, heights.length, 'texts')}`,
        todo: 'train larger (data.size) as suggested below; where nothing is, the pictures themselves are too small',
        places: found.map(({ place }) => place),
      },
    ];
  },
};
