/** Label files made to hurt: each is refused in a moment, by a line that says why. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Problem, parseIcdar, parseJson, parsePaddle } from './index.js';
import { parseBoundedJson } from './limits.js';

const SQUARE = '10,10,90,10,90,30,10,30';
const MANY = 1_000_000;

function problemsOf(parse: (report: (problem: Problem) => void) => unknown): string[] {
  const problems: Problem[] = [];
  parse((problem) => problems.push(problem));
  return problems.map(({ message }) => message);
}
const icdar = (text: string, shape: 'quadrilateral' | 'polygon' = 'quadrilateral') =>
  problemsOf((report) => parseIcdar(text, 'gt.txt', { shape, report }));
const paddle = (text: string) => problemsOf((report) => parsePaddle(text, 'Label.txt', report));
const json = (text: string) => problemsOf((report) => parseJson(text, 'train.json', report));

describe('ICDAR lines', () => {
  it.each([
    [
      'a number of very many digits',
      `${'1'.repeat(9_000)}x,${SQUARE}`,
      /^expected a coordinate, found "1+…"$/,
    ],
    [
      'a line of a million characters',
      `${SQUARE},${'x'.repeat(MANY)}`,
      /^a line has more than 10000 characters: 10,/,
    ],
    ['a number beyond all numbers', '1e400,10,90,10,90,30,10,30', /^a coordinate is Infinity/],
    ['very many blanks', `1${' '.repeat(9_000)}x`, /^expected x1,y1/],
  ])('%s', (_, line, message) => {
    expect(icdar(line)).toEqual([expect.stringMatching(message)]);
  });

  it('of more points than a text has', () => {
    const round = Array.from({ length: 300 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 300;
      return `${Math.round(500 + 400 * Math.cos(angle))},${Math.round(500 + 400 * Math.sin(angle))}`;
    });
    expect(icdar(`${round.join(',')},ROUND`, 'polygon')).toEqual([
      'the polygon has 300 points, more than 128',
    ]);
  });

  it('more than a picture has, and very many that are empty', () => {
    expect(icdar(`${SQUARE}\n`.repeat(10_001))).toEqual([expect.stringMatching(/more than 10000 lines/)]);
    expect(icdar('\n'.repeat(20 * MANY))).toEqual([]);
  });
});

describe('JSON', () => {
  const deep = '['.repeat(MANY);
  const points = (count: number) => `[${Array(count).fill('[1,2]').join(',')}]`;

  it('of lists in lists in lists is not even parsed', () => {
    expect(() => json(`{"images": ${deep}`)).toThrow(
      /train\.json: is not JSON: more than 64 lists and objects/,
    );
    expect(paddle(`a.jpg\t${deep}`)).toEqual(['the texts of a.jpg are not a JSON list']);
    expect(json(`{"images": {"${'['.repeat(100)}.jpg": {}}}`)).toEqual([]);
  });

  it('of many lists is not parsed either', () => {
    expect(() => json(`{"images": {"a.jpg": [${'[],'.repeat(5 * MANY)}[]]}}`)).toThrow(
      /it has more than 5000000 lists/,
    );
    expect(() => json(`{${'"a":1,'.repeat(5 * MANY + 1)}"b":1}`)).toThrow(
      /it has more than 5000000 lists, objects and keys/,
    );
  });

  it('of polygons of a million points, or a million texts', () => {
    expect(paddle(`a.jpg\t[{"points": ${points(MANY)}}]`)).toEqual([
      'text 1 of a.jpg: points: more than 128 points',
    ]);
    expect(json(`{"images": {"a.jpg": {"words": {"1": {"points": ${points(MANY)}}}}}}`)).toEqual([
      'images.a.jpg.words.1: points: more than 128 points',
    ]);
    expect(paddle(`a.jpg\t[${Array(MANY).fill('1').join(',')}]`)).toEqual([
      'the texts of a.jpg are more than 10000',
    ]);
  });

  it('of numbers beyond all numbers, and of names of a million letters', () => {
    expect(paddle('a.jpg\t[{"points": [[1e400, 0], [3, 0], [3, 4]]}]')).toEqual([
      expect.stringMatching(/^text 1 of a\.jpg: points\.0: expected two numbers/),
    ]);
    const [message] = paddle(`${'n'.repeat(MANY)}\t7`);
    expect(message.length).toBeLessThan(200);
  });

  it('that names a picture, a text or anything else twice, of which parsers keep the last', () => {
    const words = '{"words": {"1": {"points": 5}}}';
    expect(() => json(`{"images": {\n"001.jpg": ${words},\r\n"\\u003001.jpg": ${words}}}`)).toThrow(
      'train.json:3: "001.jpg" stands twice in images; keep one of the two',
    );
    expect(() =>
      json(`{"images": {"a.jpg": {"words": {"7": {},\n"8": {"x": [{"7": 1}]}, "7": {}}}}}`),
    ).toThrow('train.json:2: "7" stands twice in images.a.jpg.words; keep one of the two');
    expect(() => json('{"images": {},\r"images": {}}')).toThrow(
      'train.json:2: "images" stands twice in one object',
    );
    expect(paddle('a.jpg\t[{"points": 1}, {"points": 1, "points": 2}]')).toEqual([
      'the texts of a.jpg are not clear: "points" stands twice in one object; keep one of the two',
    ]);
    // What is no JSON is told first.
    expect(() => json('{"a": 1, "a": }')).toThrow('train.json: is not JSON');
  });

  it('is read as every parser reads it where each object has a key once', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseBoundedJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
