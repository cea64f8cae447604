import fc from 'fast-check';
import type { Point, Polygon } from 'inkstone-detect/geometry';
import { describe, expect, it } from 'vitest';
import {
  fail,
  type IcdarShape,
  isIgnored,
  type LabelledImage,
  type Problem,
  parseIcdar,
  parseJson,
  parsePaddle,
  seesPolygons,
  type TextInstance,
  writeIcdar,
  writeJson,
  writePaddle,
} from './index.js';

const parse = (text: string, shape: IcdarShape = 'quadrilateral') =>
  parseIcdar(text, 'gt.txt', { shape, report: fail });
/** Parses and keeps the problems. */
const tryToParse = (text: string, shape: IcdarShape = 'quadrilateral') => {
  const problems: Problem[] = [];
  const instances = parseIcdar(text, 'gt.txt', { shape, report: (problem) => problems.push(problem) });
  return { instances, problems };
};
const SQUARE = '10,10,90,10,90,30,10,30';

describe('ICDAR lines', () => {
  it('the transcript is everything after the eighth comma', () => {
    expect(parse(`${SQUARE},27,JALAN DEDAP 13,\r\n`)[0]).toMatchObject({
      transcript: '27,JALAN DEDAP 13,',
      polygon: [
        [10, 10],
        [90, 10],
        [90, 30],
        [10, 30],
      ],
    });
  });

  it('an amount with commas is a transcript, not two more coordinates', () => {
    expect(parse(`${SQUARE},1,234`)[0]).toMatchObject({ transcript: '1,234' });
    expect(parse(`${SQUARE},1,234`)[0].polygon).toHaveLength(4);
  });

  it('of a polygon, coordinates go on to the last pair before the transcript', () => {
    const [hexagon] = parse('0,0,50,5,100,0,100,20,50,25,0,20,CURVED, TEXT', 'polygon');
    expect(hexagon.polygon).toHaveLength(6);
    expect(hexagon.transcript).toBe('CURVED, TEXT');
    expect(parse(`${SQUARE},1,234`, 'polygon')[0]).toMatchObject({ transcript: '1,234' });
  });

  it('an outline is coordinates to the end', () => {
    expect(parse('0,0,50,5,100,0,100,20,50,25', 'outline')[0]).toMatchObject({
      transcript: '',
      ignore: false,
    });
    expect(parse('0,0,50,5,100,0,100,20,50,25', 'outline')[0].polygon).toHaveLength(5);
  });

  it('a file of many-point polygons is told from quadrilaterals', () => {
    const hexagon = '0,0,50,5,100,0,100,20,50,25,0,20,TEXT';
    expect(seesPolygons([hexagon, hexagon, hexagon].join('\n'))).toBe(true);
    expect(seesPolygons([`${SQUARE},1,200,300`, `${SQUARE},A`, `${SQUARE},B`].join('\n'))).toBe(false);
  });

  it('transcripts in quotes, with backslashes before inner ones, as ICDAR 2013 writes them', () => {
    expect(parse(`${SQUARE}, "say \\"hi\\", or not" `)[0].transcript).toBe('say "hi", or not');
    expect(parse(`${SQUARE},"###"`)[0].ignore).toBe(true);
  });

  it('empty lines, all line ends and a byte order mark are fine', () => {
    const texts = parse(`\uFEFF${SQUARE},A\r\n\r\n${SQUARE},B\n${SQUARE},C\r${SQUARE},D`);
    expect(texts.map(({ transcript, line }) => [transcript, line])).toEqual([
      ['A', 1],
      ['B', 3],
      ['C', 4],
      ['D', 5],
    ]);
  });

  it.each([
    ['1,2,3,4,5', /^gt\.txt:2: expected x1,y1,…,x4,y4,transcript, found 5 fields: 1,2,3,4,5$/],
    ['10,10,90,10,90,nan,10,30,A', /^gt\.txt:2: a coordinate is NaN/],
    ['10,10,90,10,90,inf,10,30,A', /^gt\.txt:2: a coordinate is Infinity/],
    ['10,10,1e30,10,90,30,10,30,A', /^gt\.txt:2: a coordinate is 1e\+30, beyond the limit/],
    ['10,10,90,10,ninety,30,10,30,A', /^gt\.txt:2: expected a coordinate, found "ninety"$/],
    ['10,10,90,30,90,10,10,30,A', /^gt\.txt:2: the polygon .* crosses itself/],
    ['10,10,90,10,50,10,20,10,A', /^gt\.txt:2: the polygon .* has no area$/],
    ['0.1,0.1,0.9,0.1,0.9,0.3,0.1,0.3,A', /^gt\.txt:2: the polygon .* pixels, not shares of the image/],
  ])('%s is one clear line', (line, message) => {
    expect(() => parse(`${SQUARE},A\n${line}`)).toThrow(message);
    const { instances, problems } = tryToParse(`${SQUARE},A\n${line}\n${SQUARE},B`);
    expect(instances.filter(({ ignore }) => !ignore)).toHaveLength(2);
    expect(problems).toMatchObject([{ path: 'gt.txt', line: 2 }]);
  });

  it('scoring takes polygons that cross themselves or have no area, but no coordinate that is none', () => {
    const read = (line: string) =>
      parseIcdar(line, 'res.txt', { shape: 'quadrilateral', anyPolygon: true, report: fail });
    expect(read('10,10,90,30,90,10,10,30')).toHaveLength(1);
    expect(read('10,10,90,10,50,10,20,10')).toHaveLength(1);
    expect(() => read('10,10,1e30,10,90,30,10,30')).toThrow(/^res\.txt:1: a coordinate is 1e\+30/);
  });

  it('any text at all is read or reported, never thrown at random', () => {
    const shapes = fc.constantFrom<IcdarShape>('quadrilateral', 'polygon', 'outline');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), shapes, (text, shape) => {
        for (const { polygon } of tryToParse(text, shape).instances) {
          expect(polygon.flat().every(Number.isFinite)).toBe(true);
        }
      }),
    );
  });
});

describe('what is ignored', () => {
  it.each(['###', '*', ' ### '])('%j marks unreadable text in every format', (transcript) => {
    expect(isIgnored(transcript)).toBe(true);
    const polygon: Polygon = [
      [10, 10],
      [90, 10],
      [90, 30],
    ];
    const images: LabelledImage[] = [{ name: '1.jpg', instances: [{ polygon, transcript, ignore: false }] }];
    expect(parse(`${SQUARE},${transcript}`)[0].ignore).toBe(true);
    expect(parsePaddle(writePaddle(images), 'Label.txt', fail)[0].instances[0].ignore).toBe(true);
    expect(parseJson(writeJson(images), 'train.json', fail)[0].instances[0].ignore).toBe(true);
  });

  it.each(['', '**', '####', '# # #', '*.'])('%j is a text like any other', (transcript) => {
    expect(isIgnored(transcript)).toBe(false);
  });
});

/** Convex, so that it neither crosses itself nor lacks an area. */
function polygons(points: fc.Arbitrary<number>): fc.Arbitrary<Polygon> {
  const place = fc.double({ min: -5000, max: 5000, noNaN: true });
  const size = fc.double({ min: 2, max: 3000, noNaN: true });
  return fc.tuple(points, place, place, size, size).map(([count, x, y, width, height]) =>
    Array.from({ length: count }, (_, i): Point => {
      const angle = (2 * Math.PI * i) / count;
      return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
    }),
  );
}

function texts(points: fc.Arbitrary<number>, transcript: fc.Arbitrary<string>): fc.Arbitrary<TextInstance[]> {
  const readable = fc.record({ polygon: polygons(points), transcript, ignore: fc.constant(false) });
  return fc.array(readable.map((text) => ({ ...text, ignore: isIgnored(text.transcript) })));
}

const anyTranscript = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('1,234.00', '12, 50', '"quoted"', '"', '\\', ' blank ', '"a\\"b"', '###', '*', '7'),
);
const anyCount = fc.integer({ min: 3, max: 12 });

describe('what is written reads back the same', () => {
  const withoutLines = (instances: readonly TextInstance[]) => instances.map(({ line: _, ...text }) => text);
  const oneLine = anyTranscript.map((text) => text.replace(/[\r\n]/g, ''));

  it('as ICDAR quadrilaterals', () => {
    fc.assert(
      fc.property(texts(fc.constant(4), oneLine), (instances) => {
        expect(withoutLines(parse(writeIcdar(instances)))).toEqual(instances);
      }),
    );
  });

  it('as ICDAR polygons', () => {
    fc.assert(
      fc.property(texts(anyCount, oneLine), texts(fc.constant(5), oneLine), (instances, pentagons) => {
        fc.pre(pentagons.length > 0);
        const all = [...instances, ...pentagons];
        expect(withoutLines(parse(writeIcdar(all), 'polygon'))).toEqual(all);
      }),
    );
  });

  it('as PaddleOCR lines and as JSON, ignored texts with their transcripts', () => {
    const instances = texts(anyCount, anyTranscript);
    const some = fc
      .tuple(instances, fc.boolean())
      .map(([list, ignored]) => list.map((text) => ({ ...text, ignore: text.ignore || ignored })));
    const name = fc.stringMatching(/^[a-z][a-z/ ]{0,8}\.jpg$/);
    const images = fc.uniqueArray(fc.record({ name, instances: some }), { selector: (image) => image.name });
    const plain = (read: readonly LabelledImage[]) =>
      read.map((image) => ({ name: image.name, instances: withoutLines(image.instances) }));
    fc.assert(
      fc.property(images, (list) => {
        expect(plain(parsePaddle(writePaddle(list), 'Label.txt', fail))).toEqual(list);
        expect(plain(parseJson(writeJson(list), 'train.json', fail))).toEqual(list);
      }),
    );
  });

  it('but for what ICDAR has no words for: line breaks, and why a text is ignored', () => {
    const polygon: Polygon = [
      [0, 0],
      [8.26, 0],
      [8, 4],
      [0, 4],
    ];
    const written = writeIcdar(
      [
        { polygon, transcript: 'a\r\nb', ignore: false },
        { polygon, transcript: 'smudge', ignore: true },
      ],
      1,
    );
    const coordinates = '0.0,0.0,8.3,0.0,8.0,4.0,0.0,4.0';
    expect(written).toBe(`${coordinates},a b\n${coordinates},###\n`);
  });
});
