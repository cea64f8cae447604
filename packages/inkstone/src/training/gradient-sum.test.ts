import { beforeAll, expect, it } from 'vitest';
import { Parameter, persistent, setBackend, Tensor } from '../tensor/index.js';
import { GradientSum } from './gradient-sum.js';

beforeAll(() => setBackend('reference'));

it('adds the gradients of a step, and leaves a parameter without one that no loss reached', () => {
  const [reached, other] = [new Parameter([0, 0], [2]), new Parameter([0], [1])];
  const sum = new GradientSum([reached, other]);
  const take = (place: number, values: number[]) => {
    reached.grad = persistent(() => Tensor.from(values, [2]));
    for (const parameter of [reached, other]) sum.add(parameter, place);
  };
  for (const place of [0, 1, 3, 4]) take(place, [place, 10]);
  expect(reached.grad).toBeUndefined();
  sum.give();
  expect([...reached.grad!.read()]).toEqual([8, 40]);
  expect(other.grad).toBeUndefined();
  sum.give();
  expect(reached.grad).toBeUndefined();
});
