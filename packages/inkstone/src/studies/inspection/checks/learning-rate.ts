/** A learning rate far from the recipe's. */
import { optimizerSchema } from '../../../nn/index.js';
import type { Check } from '../finding.js';

/** So many times the recipe's rate weights run away, or are hardly stable. */
const DIVERGES = 30;
const RISKY = 5;
/** So small a share of it a fresh network learns hardly anything; weights that were trained before may need no more. */
const IDLE = 1 / 100;

export const learningRate: Check = {
  name: 'learning_rate',
  look: ({ config: { optimizer, init_from } }) => {
    const { lr: usual } = optimizerSchema.parse({ name: optimizer.name });
    const factor = optimizer.lr / usual;
    const high = factor >= RISKY;
    const idle = factor <= IDLE && init_from === null;
    if (!high && !idle) return [];
    const times = Number((high ? factor : 1 / factor).toPrecision(2));
    return [
      {
        weight: factor >= DIVERGES ? 'problem' : 'warning',
        what: `optimizer.lr=${optimizer.lr} is ${times} times ${high ? 'higher' : 'lower'} than the recipe's ${usual} for ${optimizer.name}`,
        todo: `set optimizer.lr=${usual}, or try a rate within ${RISKY} times of it`,
        places: [],
      },
    ];
  },
};
