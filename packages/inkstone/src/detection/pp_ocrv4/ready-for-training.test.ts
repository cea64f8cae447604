import { describe, expect, it } from 'vitest';
import { readyForTraining } from './ready-for-training.js';

const tensor = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });

describe('readyForTraining', () => {
  it('divides the logits, and makes a threshold branch of the same features and a flat map', () => {
    const published = new Map([
      ['backbone.conv1.weight', tensor(1)],
      ['head.binarize.conv1.weight', tensor(2, 3)],
      ['head.binarize.conv3.weight', tensor(8, -16)],
      ['head.binarize.conv3.bias', tensor(4)],
    ]);
    const ready = Object.fromEntries(readyForTraining(published));
    expect(ready).toEqual({
      'backbone.conv1.weight': tensor(1),
      'head.binarize.conv1.weight': tensor(2, 3),
      'head.binarize.conv3.weight': tensor(1, -2),
      'head.binarize.conv3.bias': tensor(0.5),
      'head.thresh.conv1.weight': tensor(2, 3),
      'head.thresh.conv3.weight': tensor(0, 0),
      'head.thresh.conv3.bias': tensor(Math.log(0.3 / 0.7)),
    });
    expect(published.get('head.binarize.conv3.weight')).toEqual(tensor(8, -16));
  });
});
