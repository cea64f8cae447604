import { describe, expect, it } from 'vitest';
import { setBackend } from './current.js';
import { scalarAffine } from './ops/affine.js';
import { add, multiplyChannels } from './ops/arithmetic.js';
import { conv2d } from './ops/conv.js';
import { Parameter, Tensor } from './tensor.js';
import { trace } from './trace.js';

setBackend('reference');

const weight = new Parameter([2, 3], [2, 1, 1, 1]);
const scale = new Parameter([5], [1]);
const shift = new Parameter([7], [1]);
const names = new Map<Tensor, string>([
  [weight, 'conv.weight'],
  [scale, 'scale'],
  [shift, 'shift'],
]);
const image = () => Tensor.zeros([1, 2, 2, 1]);

describe('trace', () => {
  it('lists the operations with their settings, activations and constants', () => {
    const { input, operations, output } = trace(image(), names, (x) => {
      const y = conv2d(x, weight, undefined, { stride: 2 });
      return add(y, y, 'relu');
    });
    const [conv, sum] = operations;
    expect(operations).toHaveLength(2);
    expect(conv).toMatchObject({
      name: 'conv2d',
      activation: 'identity',
      settings: { stride: 2, padding: 0, groups: 1 },
      output: { shape: [1, 1, 1, 2] },
    });
    expect(conv!.inputs[0]).toBe(input);
    expect(conv!.inputs[1]).toEqual({
      shape: [2, 1, 1, 1],
      constant: { name: 'conv.weight', values: Float32Array.of(2, 3) },
    });
    expect(sum).toMatchObject({ name: 'add', activation: 'relu', inputs: [conv!.output, conv!.output] });
    expect(sum!.output).toBe(output);
  });

  it('takes for constants what is computed from constants alone, under their name', () => {
    const { operations } = trace(image(), names, (x) => scalarAffine(x, scale, shift, 'hard_swish'));
    expect(operations).toHaveLength(1);
    const [, factor, offset] = operations[0]!.inputs;
    expect(factor!.constant).toEqual({ name: 'scale', values: Float32Array.of(5) });
    expect(offset!.constant).toEqual({ name: 'shift', values: Float32Array.of(7) });
  });

  it('lists what it has to also when no weight is trained', () => {
    const frozen = Tensor.from([4], [1, 1, 1, 1]);
    const { operations } = trace(image(), new Map([[frozen, 'frozen']]), (x) => multiplyChannels(x, frozen));
    expect(operations.map(({ name }) => name)).toEqual(['multiplyChannels']);
  });

  it('refuses a constant that nobody named, and an output that comes from elsewhere', () => {
    expect(() => trace(image(), new Map(), (x) => conv2d(x, weight))).toThrow('was not named');
    expect(() => trace(image(), names, () => image())).toThrow('does not depend on the input');
  });
});
