/** Splits from which there is nothing to learn, or nothing to score: no texts, or none that counts. */
import { type Check, type Finding, perSplit, share } from '../finding.js';
import { textsOf } from '../sample.js';

/** Share of ignored texts beyond which a mark was probably misread. */
const MANY_IGNORED = 0.5;
/** Share of pictures without text beyond which labels are probably missing. */
const MANY_EMPTY = 0.1;

export const unlabelled: Check = {
  name: 'unlabelled',
  look: perSplit(({ split, samples }) => {
    // Where nothing can be read at all, that is what has to be said.
    if (samples.length === 0) return [];
    const texts = textsOf(samples);
    const ignored = texts.filter(({ ignore }) => ignore).length;
    const empty = samples.filter(({ instances }) => instances.length === 0);
    const places = empty.map((sample) => ({ path: sample.labelPath, sample }));
    const use = split === 'train' ? 'to learn from' : 'to score';
    if (texts.length === 0) {
      const what = `no text in any of the ${samples.length} pictures of ${split}: there is nothing ${use}`;
      return [
        {
          weight: 'problem',
          what,
          todo: 'fill the label files, or set data.root to the right folder',
          places,
        },
      ];
    }
    const found: Finding[] = [];
    if (ignored > MANY_IGNORED * texts.length) {
      const all = ignored === texts.length;
      found.push({
        weight: all ? 'problem' : 'warning',
        what: `${all ? `every text is ignored, there is nothing ${use}` : 'most texts are ignored'}: ${share(ignored, texts.length, `texts of ${split}`)}`,
        todo: 'give readable texts a transcript other than ### and *, and no mark as difficult or illegible',
        places: samples
          .filter(({ instances }) => instances.some(({ ignore }) => ignore))
          .map((sample) => ({ path: sample.labelPath, sample })),
      });
    }
    if (empty.length > 0) {
      found.push({
        weight: empty.length > MANY_EMPTY * samples.length ? 'warning' : 'note',
        what: `pictures without any text: ${share(empty.length, samples.length, `pictures of ${split}`)}`,
        todo: 'make sure that they show none: the network learns that there is nothing on them',
        places,
      });
    }
    return found;
  }),
};
