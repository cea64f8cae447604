import { describe, expect, it } from 'vitest';
import { Figures } from './figures.js';

const metrics = { run: 'mine', source: 'metrics', isNew: false } as const;
const system = { run: 'mine', source: 'system', isNew: false } as const;

describe('figures', () => {
  it('become curves of the rows that have them', () => {
    const figures = new Figures();
    figures.take({
      ...metrics,
      rows: [
        { step: 10, loss: 2 },
        { step: 20, loss: 1, score: 0.5 },
      ],
    });
    figures.take({ ...system, rows: [{ step: 10, seconds: 4 }] });
    figures.take({ ...metrics, rows: [{ step: 30, loss: null }] });
    expect(figures.curve('loss')).toEqual({ steps: [10, 20, 30], values: [2, 1, null] });
    expect(figures.curve('score')).toEqual({ steps: [20], values: [0.5] });
    expect(figures.curve('seconds', (value) => 8 / value)).toEqual({ steps: [10], values: [2] });
    expect(figures.curve('none')).toEqual({ steps: [], values: [] });
  });

  it('of a file that began anew take the place of the earlier ones', () => {
    const figures = new Figures();
    figures.take({
      ...metrics,
      rows: [
        { step: 10, loss: 2 },
        { step: 20, loss: 1 },
      ],
    });
    figures.take({ ...system, rows: [{ step: 10, seconds: 4 }] });
    figures.take({ ...metrics, isNew: true, rows: [{ step: 10, loss: 3 }] });
    expect(figures.curve('loss').values).toEqual([3]);
    expect(figures.curve('seconds').values).toEqual([4]);
  });
});
