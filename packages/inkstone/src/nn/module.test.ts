import { beforeAll, describe, expect, it } from 'vitest';
import { backend, noGrad, setBackend, Tensor, tidy } from '../tensor/index.js';
import {
  Activate,
  BatchNorm2d,
  Conv2d,
  Module,
  ModuleList,
  manualSeed,
  Sequential,
  UpConv2d,
} from './index.js';

beforeAll(() => setBackend('reference'));

class Block extends Module {
  readonly conv1 = new Conv2d(3, 4, { kernel: 3, bias: false });
  readonly bn1 = new BatchNorm2d(4);
  readonly branches = new ModuleList([
    new Sequential(
      new Conv2d(4, 2, { kernel: 1 }),
      new BatchNorm2d(2),
      new Activate('relu'),
      new UpConv2d(2, 1),
    ),
  ]);

  override forward(x: Tensor): Tensor {
    return this.branches.at(0).call(this.bn1.after(this.conv1, x, 'relu'));
  }
}

const image = (): Tensor =>
  Tensor.from(
    Float32Array.from({ length: 2 * 4 * 4 * 3 }, (_, i) => Math.sin(i)),
    [2, 4, 4, 3],
  );

describe('Module', () => {
  it("names parameters and buffers as PyTorch's state dict, in its order", () => {
    expect(new Block().namedTensors().map(([name]) => name)).toEqual([
      'conv1.weight',
      'bn1.weight',
      'bn1.bias',
      'bn1.running_mean',
      'bn1.running_var',
      'bn1.num_batches_tracked',
      'branches.0.0.weight',
      'branches.0.0.bias',
      'branches.0.1.weight',
      'branches.0.1.bias',
      'branches.0.1.running_mean',
      'branches.0.1.running_var',
      'branches.0.1.num_batches_tracked',
      'branches.0.3.weight',
      'branches.0.3.bias',
    ]);
  });

  it('starts from the same weights for the same seed', () => {
    const build = (seed: number) => {
      manualSeed(seed);
      return [...new Block().stateDict().values()].flatMap(({ data }) => [...data]);
    };
    expect(build(1)).toEqual(build(1));
    expect(build(1)).not.toEqual(build(2));
  });

  it('computes the same after its state dict was loaded into another instance', () => {
    const [first, second] = [new Block(), new Block()];
    tidy(() => first.call(image()));
    const state = first.stateDict();
    // State dicts are float32, the reference's tensors are not: both start from the rounded values.
    for (const block of [first, second]) block.loadStateDict(state);
    const output = (block: Block) => tidy(() => noGrad(() => [...block.eval().call(image()).read()]));
    expect(output(second)).toEqual(output(first));
  });

  it('refuses the weights of another network and changes nothing', () => {
    const block = new Block();
    const before = block.stateDict();
    const state = block.stateDict();
    state.delete('conv1.weight');
    state.set('conv9.weight', { shape: [1], data: Float32Array.of(1) });
    state.set('bn1.bias', { shape: [5], data: new Float32Array(5) });
    expect(() => block.loadStateDict(state)).toThrow(
      'the weights belong to another network (missing: conv1.weight; unknown: conv9.weight; shape: bn1.bias is [5] instead of [4])',
    );
    expect(block.stateDict()).toEqual(before);
  });

  it('folds convolution, batch norm and activation without changing the result', () => {
    manualSeed(4);
    const [conv, norm] = [new Conv2d(3, 4, { kernel: 3, bias: false }), new BatchNorm2d(4)];
    const folded = tidy(() => [
      ...new Sequential(conv, norm, new Activate('hard_swish')).call(image()).read(),
    ]);
    const apart = tidy(() => [...new Activate('hard_swish').call(norm.call(conv.call(image()))).read()]);
    expect(folded).toHaveLength(apart.length);
    for (const [index, value] of folded.entries()) expect(value).toBeCloseTo(apart[index]!, 12);
  });

  it('updates running statistics as PyTorch, and only in training', () => {
    const norm = new BatchNorm2d(1);
    const x = () => Tensor.from([1, 2, 3, 6], [1, 2, 2, 1]);
    tidy(() => norm.call(x()));
    // mean 3, unbiased variance 14 / 3, momentum 0.1, from 0 and 1
    expect(norm.running_mean.item()).toBeCloseTo(0.3, 12);
    expect(norm.running_var.item()).toBeCloseTo(0.9 + 1.4 / 3, 12);
    expect(norm.num_batches_tracked.item()).toBe(1);
    norm.eval();
    tidy(() => norm.call(x()));
    expect(norm.running_mean.item()).toBeCloseTo(0.3, 12);
  });

  it('needs only a few maps of memory to evaluate a long sequence', () => {
    const layers = Array.from({ length: 12 }, () => [
      new Conv2d(3, 3, { kernel: 3, bias: false }),
      new BatchNorm2d(3),
      new Activate('relu'),
    ]);
    const network = new Sequential(...layers.flat()).eval();
    const x = Tensor.zeros([1, 16, 16, 3]);
    const start = backend().memory().currentBytes;
    backend().resetPeakMemory();
    tidy(() => {
      noGrad(() => network.call(x));
    });
    const map = 16 * 16 * 3 * 4;
    expect(backend().memory().peakBytes - start).toBeLessThan(2.5 * map);
    expect(backend().memory().currentBytes).toBe(start);
  });
});
