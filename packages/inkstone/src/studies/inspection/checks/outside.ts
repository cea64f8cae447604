/** Texts that lie outside of their picture, or stick out of it. */
import { boundingBox } from 'inkstone-detect/geometry';
import { placeInside } from '../../../data/index.js';
import type { TextInstance } from '../../../labels/index.js';
import { type Check, type Finding, perSplit, placeOfText, share } from '../finding.js';
import { type LabelledSample, textsOf } from '../sample.js';

/** Pixels by which labels may stick out without a word: rounding, and outlines drawn a little wide. */
const SLACK = 3;
/** Share of texts that stick out beyond which something is wrong with the labels as a whole. */
const MANY = 0.05;

export const outside: Check = {
  name: 'outside',
  look: perSplit(({ split, samples }, { data }) => {
    const texts = textsOf(samples).length;
    const places = (wanted: (sample: LabelledSample, text: TextInstance) => boolean) =>
      samples.flatMap((sample) =>
        sample.instances.filter((text) => wanted(sample, text)).map((text) => placeOfText(sample, text)),
      );
    const gone = places((sample, text) => !text.ignore && placeInside(text, sample) === null);
    const stickingOut = places(
      (sample, text) => placeInside(text, sample) !== null && excess(sample, text) > SLACK,
    );
    const found: Finding[] = [];
    if (gone.length > 0) {
      const stops = data.on_error === 'fail';
      found.push({
        weight: stops || gone.length > MANY * texts ? 'problem' : 'warning',
        what: `texts that lie wholly outside of their picture: ${share(gone.length, texts, `texts of ${split}`)}`,
        todo: stops
          ? 'mend them: training stops at them, unless data.on_error=skip leaves them out'
          : 'mend them: training leaves them out (data.on_error=skip)',
        places: gone,
      });
    }
    if (stickingOut.length > 0) {
      found.push({
        weight: stickingOut.length > MANY * texts ? 'warning' : 'note',
        what: `texts that stick out of their picture: ${share(stickingOut.length, texts, `texts of ${split}`)}`,
        todo: 'nothing if it is by little: training moves them onto the edge',
        places: stickingOut,
      });
    }
    return found;
  }),
};

/** By how many pixels the text sticks out. */
function excess({ width, height }: LabelledSample, { polygon }: TextInstance): number {
  const { minX, minY, maxX, maxY } = boundingBox(polygon);
  return Math.max(-minX, -minY, maxX - width, maxY - height);
}
