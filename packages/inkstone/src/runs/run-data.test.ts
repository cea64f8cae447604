import { describe, expect, it } from 'vitest';
import type { IndexedSample } from '../data/index.js';
import { describeData, refuseOtherData } from './run-data.js';

const run = 'runs/mine';

describe('the images of a run that goes on', () => {
  const images = (...ids: string[]) => ({ samples: ids.map((id) => ({ id }) as IndexedSample) });
  const before = JSON.parse(JSON.stringify(describeData(images('a', 'b'), images('c'))));

  it('are those that it had', () => {
    refuseOtherData(run, before, describeData(images('a', 'b'), images('c')), []);
    // Checkpoints of an older Inkstone do not say.
    refuseOtherData(run, undefined, describeData(images('a'), images('c')), []);
  });

  it.each([
    [images('a', 'b', 'd'), /2 for training and 1 for validation, now 3 for training and 1 for validation/],
    [images('a', 'd'), /2 for training and 1 for validation, but others/],
  ])('are not others under the same name, unless that is allowed', (train, message) => {
    const now = describeData(train, images('c'));
    expect(() => refuseOtherData(run, before, now, [])).toThrow(message);
    expect(() => refuseOtherData(run, before, now, [])).toThrow(
      /look at data\.root, or allow it with --allow data$/,
    );
    expect(() => refuseOtherData(run, before, now, ['data'])).not.toThrow();
  });
});
