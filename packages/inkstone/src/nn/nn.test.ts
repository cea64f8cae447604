import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../system/index.js';
import { Parameter, persistent, setBackend, Tensor } from '../tensor/index.js';
import {
  Adam,
  AdamW,
  createOptimizer,
  createSchedule,
  MovingAverage,
  type Optimizer,
  optimizerSchema,
  Random,
  Sgd,
  scheduleSchema,
} from './index.js';
import { withWarmUp } from './schedule.js';

beforeAll(() => setBackend('reference'));

const GRADIENTS = [
  [0.5, -1],
  [0.25, 2],
  [-1, 0.125],
] as const;

function parameter(values: readonly number[] = [1, -2], name = 'w'): Parameter {
  return new Parameter(values, [values.length, 1], name);
}

function setGradient(target: Parameter, values: readonly number[]): void {
  target.zeroGrad();
  target.grad = persistent(() => Tensor.from(values, target.shape));
}

function run(
  target: Parameter,
  optimizer: Optimizer,
  gradients: readonly (readonly number[])[] = GRADIENTS,
): number[] {
  for (const gradient of gradients) {
    setGradient(target, gradient);
    optimizer.step();
  }
  return [...target.read()];
}

/** Three steps from [1, −2] with GRADIENTS, by torch.optim 1.13 in float64. */
const TORCH: Readonly<Record<string, readonly [(w: Parameter) => Optimizer, readonly number[]]>> = {
  Adam: [(w) => new Adam([w], { lr: 0.1, weight_decay: 0.01 }), [0.8258477699317025, -1.9659458528598346]],
  AdamW: [(w) => new AdamW([w], { lr: 0.1, weight_decay: 0.01 }), [0.824713859842936, -1.962603025531469]],
  SGD: [(w) => new Sgd([w], { lr: 0.1, weight_decay: 0.01, momentum: 0 }), [1.022127949, -2.106505898]],
  'SGD with momentum': [(w) => new Sgd([w], { lr: 0.1, momentum: 0.9 }), [0.917, -2.1214999999999997]],
  'SGD with Nesterov': [
    (w) => new Sgd([w], { lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.01 }),
    [0.942869708191, -2.206086916382],
  ],
};

describe('optimisers', () => {
  it.each(Object.entries(TORCH))('%s steps as PyTorch', (_, [create, expected]) => {
    const w = parameter();
    const values = run(w, create(w));
    for (const [index, value] of values.entries()) expect(value).toBeCloseTo(expected[index]!, 12);
  });

  it.each(Object.entries(TORCH))('%s goes on from a state dict', (_, [create]) => {
    const [w, copy] = [parameter(), parameter()];
    const optimizer = create(w);
    run(w, optimizer, GRADIENTS.slice(0, 2));
    const resumed = create(copy);
    resumed.loadStateDict(optimizer.stateDict());
    copy.write(w.read());
    const expected = run(w, optimizer, GRADIENTS.slice(2));
    const actual = run(copy, resumed, GRADIENTS.slice(2));
    // State dicts are float32, the reference's tensors are not.
    for (const [index, value] of actual.entries()) expect(value).toBeCloseTo(expected[index]!, 6);
  });

  it('refuses the state of another network', () => {
    const [w, other] = [parameter(), parameter([1, 2, 3])];
    const optimizer = new Adam([w], { lr: 0.1 });
    run(w, optimizer);
    expect(() => new Adam([other], { lr: 0.1 }).loadStateDict(optimizer.stateDict())).toThrow(
      'w.exp_avg does not fit',
    );
  });

  it('name a pattern of lr_factors that fits no parameter, and some that there are', () => {
    const names = ['a.weight', 'b.weight', 'c.weight', 'd.bias', 'e.bias'];
    const parameters = names.map((name) => parameter([1], name));
    const optimizer = () => new Adam(parameters, { lr_factors: { 'a.*': 1, 'head.*': 0.1 } });
    expect(optimizer).toThrow(InputError);
    expect(optimizer).toThrow(
      'optimizer.lr_factors: no parameter is called head.*; there are 5, a.weight, c.weight, e.bias among them',
    );
  });

  it('have the defaults of the configuration', () => {
    const [byClass, byConfig] = [parameter(), parameter()];
    run(byClass, new Sgd([byClass]));
    run(byConfig, createOptimizer(optimizerSchema.parse({ name: 'sgd' }), [byConfig]));
    expect([...byClass.read()]).toEqual([...byConfig.read()]);
    expect(optimizerSchema.parse({ name: 'sgd' })).toEqual({
      name: 'sgd',
      lr: 0.004,
      lr_factors: {},
      weight_decay: 0,
      momentum: 0.9,
      nesterov: false,
    });
  });
});

describe('schedules', () => {
  const steps = fc.integer({ min: 2, max: 1000 });
  const made = (name: 'cosine' | 'polynomial' | 'one_cycle', total: number) =>
    createSchedule(scheduleSchema.parse({ name, warmup_steps: 0 }), total);

  it('stay within 0 and 1 and end near their end', () => {
    fc.assert(
      fc.property(steps, fc.nat(1000), (total, step) => {
        for (const name of ['cosine', 'polynomial', 'one_cycle'] as const) {
          const schedule = made(name, total);
          expect(schedule(step)).toBeGreaterThanOrEqual(0);
          expect(schedule(step)).toBeLessThanOrEqual(1);
          expect(schedule(total)).toBeLessThan(1e-5);
        }
      }),
    );
  });

  it('one cycle gives the factors of PyTorch', () => {
    const schedule = made('one_cycle', 10);
    const factors = [
      0.040000000000000036, 0.52, 1.0, 0.9504846320134737, 0.8117456539497631, 0.6112620219362893,
      0.38874197806371075, 0.18825834605023697, 0.049519367986526286, 4e-6,
    ];
    for (const [step, factor] of factors.entries()) expect(schedule(step)).toBeCloseTo(factor, 12);
  });

  it('warm-up rises in equal steps to the schedule it precedes', () => {
    const schedule = withWarmUp(3, () => 1);
    expect([0, 1, 2, 3, 4].map(schedule)).toEqual([0.25, 0.5, 0.75, 1, 1]);
  });
});

describe('MovingAverage', () => {
  it('follows the weights, and swaps there and back', () => {
    const w = parameter([0]);
    const average = new MovingAverage({ namedTensors: () => [['w', w]] }, 0.9);
    w.write([1]);
    average.update();
    average.swap();
    // the first decay is (1 + 1) / (10 + 1)
    expect(w.item()).toBeCloseTo(9 / 11, 12);
    average.swap();
    expect(w.item()).toBe(1);
  });
});

describe('Random', () => {
  it('depends on the seed alone', () => {
    const draws = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 4 }, () => random.uniform());
    };
    expect(draws(5)).toEqual(draws(5));
    expect(draws(6)).not.toEqual(draws(5));
    expect(draws(2 ** 32 + 5)).not.toEqual(draws(5));
  });

  it('is uniform to within what 100 000 draws can tell', () => {
    const random = new Random(1);
    const mean = (draw: () => number) => {
      let sum = 0;
      for (let i = 0; i < 100_000; i++) sum += draw();
      return sum / 100_000;
    };
    expect(mean(() => random.uniform())).toBeCloseTo(0.5, 2);
    expect(mean(() => random.uniform(-2, 2))).toBeCloseTo(0, 1.5);
    expect(mean(() => random.uniform(-2, 2) ** 2)).toBeCloseTo(4 / 3, 1.5);
  });
});
