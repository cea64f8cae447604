/** Texts that the maps which the network learns to give do not show, or do not show apart. */
import { type Check, type Finding, share } from '../finding.js';
import { examineKernels } from '../kernels.js';

/** Shares of the texts that vanish: half of them is hopeless, one in twenty costs recall. */
const HOPELESS = 0.5;
const COSTLY = 0.05;
/** Share of the texts that stand near a neighbour beyond which it is worth a change. */
const CROWDED = 0.1;

export const kernels: Check = {
  name: 'kernels',
  look: ({ splits, config }) => {
    const { size, targets } = config.data;
    const samples = splits.flatMap(({ fits }) => fits.map(({ sample }) => sample));
    const { texts, vanished, merged } = examineKernels(samples, size, targets);
    const at = `at data.size=${size} and data.targets.shrink_ratio=${targets.shrink_ratio}`;
    const found: Finding[] = [];
    if (vanished.length > 0) {
      const part = vanished.length / texts;
      found.push({
        weight: part > HOPELESS ? 'problem' : part > COSTLY ? 'warning' : 'note',
        what: `texts too small to be learned ${at}: ${share(vanished.length, texts, 'texts')}`,
        todo: 'train larger or shrink less, as suggested below; as it is, training ignores them',
        places: vanished,
      });
    }
    if (merged.length > 0) {
      found.push({
        weight: merged.length > CROWDED * texts ? 'warning' : 'note',
        what: `texts so near a neighbour in their row that both may be found as one ${at}: ${share(merged.length, texts, 'texts')}`,
        todo: 'train larger, or shrink more (a smaller shrink ratio), as suggested below; where nothing is, leave it',
        places: merged,
      });
    }
    return found;
  },
};
