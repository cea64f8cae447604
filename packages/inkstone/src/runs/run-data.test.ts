import { describe, expect, it } from 'vitest';
import type { IndexedSample } from '../data/index.js';
import { compareData, describeData } from './run-data.js';

const run = 'runs/mine';

describe('the images of a run that goes on', () => {
  const images = (...ids: string[]) => ({
    samples: ids.map((id) => ({ id, width: 40, height: 30, instances: [] }) as unknown as IndexedSample),
  });
  const changed = (change: Partial<IndexedSample>) => ({
    samples: images('a', 'b').samples.map((sample) => ({ ...sample, ...change })),
  });
  const before = JSON.parse(JSON.stringify(describeData(images('a', 'b'), images('c'))));

  it('are those that it had', () => {
    expect(compareData(run, before, describeData(images('a', 'b'), images('c')), [])).toBeUndefined();
    // Checkpoints of an older Inkstone do not say, or say less.
    expect(compareData(run, undefined, describeData(images('a'), images('c')), [])).toBeUndefined();
    const { names, images: counts } = before;
    const other = describeData(changed({ width: 50 }), images('c'));
    expect(compareData(run, { names, images: counts }, other, [])).toBeUndefined();
  });

  it.each([
    [images('a', 'b', 'd'), /2 for training and 1 for validation, now 3 for training and 1 for validation/],
    [images('a', 'd'), /2 for training and 1 for validation, but others/],
    [changed({ height: 31 }), /2 for training and 1 for validation, but others/],
  ])('are not others under the same name, unless that is allowed', (train, message) => {
    const now = describeData(train, images('c'));
    expect(() => compareData(run, before, now, [])).toThrow(message);
    expect(() => compareData(run, before, now, [])).toThrow(
      /look at data\.root, or allow it with --allow data$/,
    );
    expect(() => compareData(run, before, now, ['data'])).not.toThrow();
  });
  it('may have had their labels corrected, which is said', () => {
    const instances = [{ polygon: [], transcript: 'TOTAL', ignore: false }];
    const now = describeData(changed({ instances }), images('c'));
    expect(compareData(run, before, now, [])).toBe(
      'labels: not as they were when runs/mine was trained; it goes on with them',
    );
  });
});
