/** Initial weights, after PyTorch's `nn.init`. Each overwrites the parameter it is given. */
import type { Parameter, Shape } from '../tensor/index.js';
import { defaultRandom, type Random } from './random.js';

export type FanMode = 'fan_in' | 'fan_out';

/** Connections into (dimension 1) or out of (dimension 0) each unit of a weight `[O, I, kH, kW]`. */
export function fan(shape: Shape, mode: FanMode): number {
  const [first = 1, second = 1, ...kernel] = shape;
  return kernel.reduce((product, size) => product * size, mode === 'fan_in' ? second : first);
}

export function constant(parameter: Parameter, value: number): void {
  parameter.fill(value);
}

export function uniform(parameter: Parameter, bound: number, random: Random = defaultRandom()): void {
  parameter.write(Float32Array.from({ length: parameter.length }, () => random.uniform(-bound, bound)));
}

export function normal(parameter: Parameter, std: number, random: Random = defaultRandom()): void {
  parameter.write(Float32Array.from({ length: parameter.length }, () => random.normal(0, std)));
}

/** Normal with std √(2 / fan), for layers before a ReLU: arXiv:1502.01852. torchvision's networks use `fan_out`. */
export function kaimingNormal(parameter: Parameter, mode: FanMode = 'fan_in', random?: Random): void {
  normal(parameter, Math.sqrt(2 / fan(parameter.shape, mode)), random);
}

/** Uniform with bound √(6 / ((1 + slope²) · fan)), for layers before a leaky ReLU of that slope. */
export function kaimingUniform(
  parameter: Parameter,
  slope = 0,
  mode: FanMode = 'fan_in',
  random?: Random,
): void {
  uniform(parameter, Math.sqrt(6 / ((1 + slope ** 2) * fan(parameter.shape, mode))), random);
}
