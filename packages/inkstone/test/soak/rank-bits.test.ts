/** A run ends with the same bits on any number of ranks: weights, training state and figures; and again the next time. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectTrained, folderOfRuns, resultOf, train } from '../rank-runs.js';
import { isSoak, TIMEOUT_MS } from './rounds.js';

/** Several processes train in each test, maybe on a machine that is busy. */
const PATIENCE_MS = Math.max(TIMEOUT_MS, 400_000);

const MODELS = {
  mobilenet: [],
  resnet18: ['model=dbnet_resnet18', 'trainer.max_epochs=1'],
};

const PRECISIONS = {
  fp32: [],
  fp16: ['trainer=fp16_safe'],
  'bf16, products of halves': ['trainer=bf16_safe', 'trainer.arithmetic=half'],
  'bf16, halves as storage': ['trainer=bf16_safe', 'trainer.arithmetic=storage'],
};

interface Case {
  readonly model: keyof typeof MODELS;
  readonly precision: keyof typeof PRECISIONS;
  /** Of the runs that are compared with that of one process. */
  readonly ranks: readonly number[];
}

const SMALL: readonly Case[] = [
  { model: 'mobilenet', precision: 'fp32', ranks: [2, 4] },
  { model: 'mobilenet', precision: 'fp16', ranks: [2, 4] },
  { model: 'mobilenet', precision: 'bf16, products of halves', ranks: [2] },
  { model: 'resnet18', precision: 'fp32', ranks: [2, 4] },
];

const WHOLE = Object.keys(MODELS).flatMap((model) =>
  Object.keys(PRECISIONS).map((precision) => ({ model, precision, ranks: [2, 4, 1, 2, 4] }) as Case),
);

let folder: string;

beforeAll(async () => {
  folder = await folderOfRuns();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('inkstone train by several processes ends with the bits of one', () => {
  it.each(isSoak ? WHOLE : SMALL)(
    '$model, $precision, ranks: $ranks',
    async ({ model, precision, ranks }) => {
      const resultBy = async (name: string, count: number) => {
        await expectTrained(folder, train(name, ...MODELS[model], ...PRECISIONS[precision]), count);
        const result = resultOf(folder, name);
        rmSync(`${folder}/runs/${name}`, { recursive: true });
        return result;
      };
      const alone = await resultBy('alone', 1);
      for (const count of ranks) expect(await resultBy(`by-${count}`, count)).toEqual(alone);
    },
    PATIENCE_MS,
  );
});
