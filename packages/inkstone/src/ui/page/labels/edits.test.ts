import * as fc from 'fast-check';
import { area, boundingBox } from 'inkstone-detect/geometry';
import { describe, expect, it } from 'vitest';
import type { LabelText } from '../../labels/protocol.js';
import { cutAt, ignoring, isSound, merged, moved, textAt, textBetween, withCorner } from './edits.js';

const SIZE = { width: 400, height: 600 };
const box = (x: number, y: number, width: number, height: number): LabelText => ({
  polygon: [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ],
  transcript: '',
  ignore: false,
  score: 0.8,
});
/** Turned by some angle about its middle, inside of the picture. */
const turned = fc
  .record({
    angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    long: fc.integer({ min: 40, max: 180 }),
    short: fc.integer({ min: 6, max: 30 }),
  })
  .map(({ angle, long, short }): LabelText => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const corner = (u: number, v: number) => [200 + u * c - v * s, 300 + u * s + v * c] as const;
    const [a, b] = [long / 2, short / 2];
    return {
      polygon: [corner(-a, -b), corner(a, -b), corner(a, b), corner(-a, b)],
      transcript: '',
      ignore: false,
    };
  });

describe('moving', () => {
  it('keeps the shape, and goes no further than the picture', () => {
    const coordinate = fc.integer({ min: -2000, max: 2000 });
    fc.assert(
      fc.property(coordinate, coordinate, (dx, dy) => {
        const text = moved(box(100, 100, 50, 20), dx, dy, SIZE);
        const { minX, minY, maxX, maxY } = boundingBox(text.polygon);
        expect([maxX - minX, maxY - minY]).toEqual([50, 20]);
        expect(minX).toBe(Math.min(350, Math.max(0, 100 + dx)));
        expect(minY).toBe(Math.min(580, Math.max(0, 100 + dy)));
      }),
    );
  });

  it('moves a text that sticks out no further out, and forgets what the detector thought', () => {
    expect(moved(box(-10, 0, 50, 20), -5, 0, SIZE).polygon[0]).toEqual([-10, 0]);
    const text = moved(box(-10, 0, 50, 20), 5, 0, SIZE);
    expect([text.polygon[0], text.score]).toEqual([[-5, 0], undefined]);
  });

  it('moves one corner, into the picture', () => {
    const { polygon } = withCorner(box(10, 10, 50, 20), 2, [1000, 30.26], SIZE);
    expect(polygon).toEqual([
      [10, 10],
      [60, 10],
      [400, 30.3],
      [10, 30],
    ]);
  });
});

describe('cutting', () => {
  it('makes two parts that together are the text, wherever it is cut and however it is turned', () => {
    fc.assert(
      fc.property(turned, fc.double({ min: -0.4, max: 0.4, noNaN: true }), (text, share) => {
        const [[x0, y0], [x1, y1]] = text.polygon as [readonly [number, number], readonly [number, number]];
        const at = [200 + share * (x1 - x0), 300 + share * (y1 - y0)] as const;
        const [a, b] = cutAt(text, at)!.parts;
        expect(Math.abs(area(a.polygon) + area(b.polygon) - area(text.polygon))).toBeLessThan(25);
        // Across the longer side.
        const smaller = Math.min(area(a.polygon), area(b.polygon));
        expect(smaller / area(text.polygon)).toBeCloseTo(0.5 - Math.abs(share), 1);
        expect([a.polygon, b.polygon].every((polygon) => polygon.length === 4 && isSound(polygon))).toBe(
          true,
        );
      }),
    );
  });

  it('does not cut beside the text, or a crumb off its end', () => {
    expect(cutAt(box(10, 10, 50, 20), [200, 20])).toBeUndefined();
    expect(cutAt(box(10, 10, 50, 20), [10.01, 20])).toBeUndefined();
  });

  it('gives no part a transcript that was of the whole, but leaves it unreadable', () => {
    const [readable] = cutAt({ ...box(0, 0, 50, 20), transcript: 'TOTAL 5.00' }, [20, 10])!.parts;
    expect(readable.transcript).toBe('');
    const [spoilt] = cutAt({ ...box(0, 0, 50, 20), transcript: '###', ignore: true }, [20, 10])!.parts;
    expect([spoilt.transcript, spoilt.ignore]).toEqual(['###', true]);
  });
});

describe('merging', () => {
  it('puts what was cut together again', () => {
    const text = box(40, 50, 120, 24);
    const { polygon } = merged(cutAt(text, [90, 60])!.parts, SIZE)!;
    expect(polygon).toEqual(text.polygon);
  });

  it('is ignored only where all were, and joins transcripts only where all have one', () => {
    const [a, b] = [box(0, 0, 50, 20), box(60, 0, 50, 20)];
    expect(merged([a, { ...b, ignore: true }], SIZE)!.ignore).toBe(false);
    const words = [
      { ...a, transcript: 'TOTAL' },
      { ...b, transcript: '5.00' },
    ];
    expect(merged(words, SIZE)!.transcript).toBe('TOTAL 5.00');
    expect(merged([words[0]!, { ...b, transcript: '###', ignore: true }], SIZE)!.transcript).toBe('');
  });
});

it('adds the rectangle between two points, in whichever order, and nothing for a slip of the hand', () => {
  const expected = box(10, 20, 50, 30).polygon;
  expect(textBetween([10, 20], [60, 50], SIZE)!.polygon).toEqual(expected);
  expect(textBetween([60, 20], [10, 50], SIZE)!.polygon).toEqual(expected);
  expect(textBetween([10, 20], [60, 21], SIZE)).toBeUndefined();
});

it('takes away the mark along with being unreadable: every format reads it as that', () => {
  expect(ignoring({ ...box(0, 0, 9, 9), transcript: '###', ignore: true }, false)).toMatchObject({
    transcript: '',
    ignore: false,
  });
});

it('finds the smallest text under a point', () => {
  const texts = [box(0, 0, 100, 100), box(40, 40, 20, 20)];
  expect([textAt(texts, [50, 50]), textAt(texts, [5, 5]), textAt(texts, [300, 5])]).toEqual([1, 0, -1]);
});
