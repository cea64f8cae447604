import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Sgd } from '../nn/index.js';
import { Parameter, persistent, setBackend, Tensor } from '../tensor/index.js';
import { GradScaler } from './grad-scaler.js';
import { LossScaleError } from './loss-scale-error.js';
import { createPrecision } from './precision.js';

interface Recording {
  readonly growth_interval: number;
  readonly init_scale: number;
  readonly steps: readonly {
    readonly overflow: boolean;
    readonly unscaled: number | null;
    readonly updated: boolean;
    readonly scale: number;
    readonly growth_tracker: number;
  }[];
}

/** Recorded from PyTorch by `golden/record_grad_scaler.py`. */
const torch: Recording = JSON.parse(
  readFileSync(new URL('./golden/torch_grad_scaler.json', import.meta.url), 'utf8'),
);

beforeAll(() => setBackend('reference'));

function setUp() {
  const weight = new Parameter([0], [1], 'layer.weight');
  const optimizer = new Sgd([weight], { lr: 1 });
  const precision = createPrecision('16-mixed', {
    initScale: torch.init_scale,
    growthInterval: torch.growth_interval,
  });
  const scaler = precision.scaler as GradScaler;
  const setGradient = (value: number): void => {
    weight.zeroGrad();
    weight.grad = persistent(() => Tensor.from([value], [1]));
  };
  return { weight, optimizer, precision, scaler, setGradient };
}

function overflowOf(index: number): number {
  return [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN][index % 3]!;
}

/** Goes on from step `start`, and returns what it decided in the recording's terms. */
function replay(
  { weight, optimizer, precision, scaler, setGradient }: ReturnType<typeof setUp>,
  start: number,
  end: number,
) {
  return torch.steps.slice(start, end).map(({ overflow }, offset) => {
    setGradient((overflow ? overflowOf(start + offset) : 1) * scaler.scale);
    const updated = !precision.step(optimizer).skipped;
    const unscaled = overflow ? null : weight.grad!.item();
    return { overflow, unscaled, updated, scale: scaler.scale, growth_tracker: scaler.growthTracker };
  });
}

describe('GradScaler', () => {
  it('decides as PyTorch does over a recorded sequence of clean and overflowing steps', () => {
    expect(replay(setUp(), 0, torch.steps.length)).toEqual(torch.steps);
  });

  it('goes on as if nothing had happened when it is saved and loaded in the middle', () => {
    const first = setUp();
    const before = replay(first, 0, 57);
    const second = setUp();
    second.scaler.loadStateDict(JSON.parse(JSON.stringify(first.scaler.stateDict())));
    expect([...before, ...replay(second, 57, torch.steps.length)]).toEqual(torch.steps);
    expect(second.scaler.skippedSteps).toBe(torch.steps.filter((step) => step.overflow).length);
  });

  it('starts at 65536 and doubles after 2000 clean steps', () => {
    const scaler = new GradScaler();
    expect(scaler.scale).toBe(65536);
    for (let step = 1; step <= 2000; step++) {
      expect(scaler.scale).toBe(65536);
      scaler.update([]);
    }
    expect(scaler.scale).toBe(131072);
  });

  it('leaves the weights alone when a gradient is not finite', () => {
    const { weight, optimizer, precision, setGradient } = setUp();
    setGradient(Number.NaN);
    const { skipped, gradients } = precision.step(optimizer);
    expect(skipped).toBe(true);
    expect(weight.item()).toBe(0);
    const overflowing = gradients.filter(({ norm }) => !Number.isFinite(norm));
    expect(overflowing.map(({ parameter }) => parameter.name)).toEqual(['layer.weight']);
  });

  it('stops with the parameters at fault when the scale sinks below 1', () => {
    const { optimizer, precision, setGradient } = setUp();
    const overflowForever = () => {
      for (;;) {
        setGradient(Number.POSITIVE_INFINITY);
        precision.step(optimizer);
      }
    };
    expect(overflowForever).toThrow(LossScaleError);
    expect(overflowForever).toThrow(/layer\.weight/);
  });

  it('waits for clean steps in a row: an overflow begins the count anew', () => {
    const scaler = new GradScaler({ initScale: 4, growthInterval: 3 });
    const scales = [[], [], ['w'], [], [], [], []].map((overflowing) => {
      scaler.update(overflowing);
      return scaler.scale;
    });
    expect(scales).toEqual([4, 4, 2, 2, 2, 4, 4]);
    expect([scaler.growthTracker, scaler.skippedSteps]).toEqual([1, 1]);
  });
});
