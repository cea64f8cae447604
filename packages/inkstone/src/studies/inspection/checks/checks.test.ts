/** Checks that judge figures and polygons, on data sets that are made up; `inspect.test.ts` has those that look at pixels. */
import type { Polygon } from 'inkstone-detect/geometry';
import { describe, expect, it } from 'vitest';
import { loadRunConfig } from '../../../runs/index.js';
import { advise } from '../advice.js';
import type { Check, Facts } from '../finding.js';
import type { LabelledSample } from '../sample.js';
import { huge } from './huge.js';
import { kernels } from './kernels.js';
import { learningRate } from './learning-rate.js';
import { memory } from './memory.js';
import { outside } from './outside.js';
import { smallTexts } from './small-texts.js';

const GB = 1e9;

const box = (left: number, top: number, right: number, bottom: number): Polygon => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

interface Made {
  readonly polygons?: readonly Polygon[];
  readonly overrides?: readonly string[];
}

/** One picture of 640 × 640 with these texts, trained at that size, a step that takes 1 GB an image, and 8 GB of memory. */
function facts({ polygons = [box(100, 100, 300, 130)], overrides = [] }: Made): Facts {
  const sample: LabelledSample = {
    id: '1',
    imagePath: '1.jpg',
    labelPath: '1.txt',
    width: 640,
    height: 640,
    orientation: 1,
    instances: polygons.map((polygon, i) => ({ polygon, transcript: 'A', ignore: false, line: i + 1 })),
  };
  const fit = { sample, own: 0.7, better: [], rivals: 0, blank: [] };
  const { config } = loadRunConfig({
    overrides: ['data=icdar', 'data.root=data', 'data.size=640', ...overrides],
  });
  return {
    config,
    splits: [{ split: 'train', samples: [sample], unusable: [], fits: [fit] }],
    stepBytes: (_, batch) => batch * GB,
    memoryBytes: 8 * GB,
  };
}

/** `weight: what (lines at fault)` */
async function findings(check: Check, made: Made): Promise<string[]> {
  return [...(await check.look(facts(made)))].map(
    ({ weight, what, places }) => `${weight}: ${what} (${places.map(({ line }) => line).join(' ')})`,
  );
}

describe('texts', () => {
  it('wholly outside of their picture stop a training; those that stick out are moved', async () => {
    const polygons = [box(100, 100, 300, 130), box(700, 100, 800, 130), box(600, 200, 660, 230)];
    expect(await findings(outside, { polygons })).toEqual([
      'problem: texts that lie wholly outside of their picture: 1 of 3 texts of train (33 %) (2)',
      'warning: texts that stick out of their picture: 1 of 3 texts of train (33 %) (3)',
    ]);
    expect(await findings(outside, { polygons: [box(-2, 100, 300, 130)] })).toEqual([]);
  });

  it('as large as a paragraph', async () => {
    const polygons = [box(10, 10, 630, 600), box(100, 100, 300, 130)];
    expect(await findings(huge, { polygons })).toEqual([
      'warning: texts as large as a paragraph: 1 of 2 texts of train (50 %) (1)',
    ]);
  });

  it('too low at the configured size', async () => {
    const polygons = [box(100, 100, 300, 130)];
    expect(await findings(smallTexts, { polygons })).toEqual([]);
    expect(await findings(smallTexts, { polygons, overrides: ['data.size=160'] })).toEqual([
      'warning: texts less than 10 pixels high at data.size=160: 1 of 1 texts (100 %) (1)',
    ]);
    expect(await findings(smallTexts, { polygons, overrides: ['data.size=96'] })).toEqual([
      'problem: texts less than 5 pixels high at data.size=96: 1 of 1 texts (100 %) (1)',
    ]);
  });
});

describe('kernels', () => {
  const AT = 'at data.size=640 and data.targets.shrink_ratio';

  it('of neighbours in one row merge, those of rows do not', async () => {
    const row = [box(100, 100, 200, 120), box(200, 100, 300, 120)];
    const near = `texts so near a neighbour in their row that both may be found as one ${AT}=0.95`;
    expect(await findings(kernels, { polygons: row, overrides: ['data.targets.shrink_ratio=0.95'] })).toEqual(
      [`warning: ${near}: 2 of 2 texts (100 %) (1 2)`],
    );
    expect(await findings(kernels, { polygons: row, overrides: ['data.targets.shrink_ratio=0.4'] })).toEqual(
      [],
    );
    const rows = [box(100, 100, 200, 120), box(100, 121, 200, 141)];
    expect(await findings(kernels, { polygons: rows })).toEqual([]);
  });

  it('of texts that are too small vanish', async () => {
    expect(await findings(kernels, { polygons: [box(100, 100, 140, 102)] })).toEqual([
      `problem: texts too small to be learned ${AT}=0.7: 1 of 1 texts (100 %) (1)`,
    ]);
  });
});

describe('settings', () => {
  it.each([
    ['0.004', []],
    ['0.04', ["warning: optimizer.lr=0.04 is 10 times higher than the recipe's 0.004 for adam ()"]],
    ['0.00002', ["warning: optimizer.lr=0.00002 is 200 times lower than the recipe's 0.004 for adam ()"]],
  ])('a learning rate of %s', async (rate, expected) => {
    expect(await findings(learningRate, { overrides: [`optimizer.lr=${rate}`] })).toEqual(expected);
  });

  it('a low learning rate suits weights that were trained before', async () => {
    const overrides = ['optimizer.lr=0.00002', 'init_from=runs/before'];
    expect(await findings(learningRate, { overrides })).toEqual([]);
  });

  it('a batch that fills the memory, and one that does not fit', async () => {
    expect(await findings(memory, { overrides: ['batch_size=4'] })).toEqual([]);
    expect(await findings(memory, { overrides: ['batch_size=6'] })).toEqual([
      'warning: a step with batch_size=6 at data.size=640 takes about 6.00 GB of 8.00 GB memory ()',
    ]);
    expect(await findings(memory, { overrides: ['batch_size=9'] })).toEqual([
      expect.stringMatching(/^problem: /),
    ]);
  });

  it('are suggested where they do not suit the data, and left where they do', () => {
    expect(advise(facts({})).overrides).toEqual([]);
    expect(advise(facts({ overrides: ['data.size=160', 'batch_size=12'] })).overrides).toEqual([
      'data.size=640',
      'batch_size=3',
    ]);
  });

  it('take the boxes along when the targets get another shrink ratio', () => {
    const crowded = [box(100, 100, 203, 120), box(197, 100, 300, 120)];
    const advice = advise(facts({ polygons: crowded }));
    expect(advice.overrides).toEqual(['data.targets.shrink_ratio=0.4', 'model.postprocess.shrink_ratio=0.4']);
    expect(advice.reasons).toEqual([
      expect.stringMatching(/^data\.targets\.shrink_ratio: fewer texts/),
      expect.stringMatching(/^model\.postprocess\.shrink_ratio: boxes/),
    ]);
    expect(advise(facts({ polygons: crowded, overrides: advice.overrides })).overrides).toEqual([]);
  });

  it.each([
    [['data.targets.shrink_ratio=0.4'], ['model.postprocess.shrink_ratio=0.4']],
    [['data.targets.shrink_ratio=0.4', 'model.postprocess.unclip_ratio=1.5'], []],
    [['recipe=finetune'], []],
  ])('with %j have boxes that fit the targets', (overrides, expected) => {
    expect(advise(facts({ overrides })).overrides).toEqual(expected);
  });

  it('say why a smaller size is enough', () => {
    const { overrides, reasons } = advise(facts({ overrides: ['data.size=960'] }));
    expect(overrides).toEqual(['data.size=640']);
    expect(reasons).toEqual([
      'data.size: half of the pictures have at most 640 pixels on their longest side, and 960 would only enlarge them',
    ]);
  });
});
