import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameReader, frameHeader } from './frames.js';

const message = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.uint8Array({ maxLength: 40 }));

it('messages come out of a stream as they went in, however it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (messages, cuts) => {
        const stream = Buffer.concat(
          messages.flatMap(([kind, body]) => [frameHeader(kind, body.length), body]),
        );
        const reader = new FrameReader();
        const got: [number, number[]][] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const end = at + cuts[turn % cuts.length]!;
          for (const { kind, body } of reader.push(stream.subarray(at, end))) got.push([kind, [...body]]);
          at = end;
        }
        expect(got).toEqual(messages.map(([kind, body]) => [kind, [...body]]));
      },
    ),
  );
});
