/** Optimiser updates, as their papers write them, and the figures that a step reports. */
import type { Kernels } from '../kernels.js';
import { fillWith, own, values } from './memory.js';

export const optimizer = {
  copyScalar: (x, figures, index) => own(figures).set(index, values(x)[0]!),

  sumOfSquares(x, limit, figures, index) {
    const total = values(x).reduce((sum, value) => sum + Math.min(Math.abs(value), limit) ** 2, 0);
    own(figures).set(index, total);
  },

  clamp(x, limit) {
    const input = values(x);
    fillWith(x, (i) => Math.min(Math.max(input[i]!, -limit), limit));
  },

  adam(
    weight,
    gradient,
    m,
    v,
    { learningRate, beta1, beta2, epsilon, weightDecay, decoupledWeightDecay, step },
  ) {
    const [w, first, second] = [values(weight), values(m), values(v)];
    const decayed = w.map((value) =>
      decoupledWeightDecay ? value * (1 - learningRate * weightDecay) : value,
    );
    const g = values(gradient).map((value, i) =>
      decoupledWeightDecay ? value : value + weightDecay * w[i]!,
    );
    fillWith(m, (i) => beta1 * first[i]! + (1 - beta1) * g[i]!);
    fillWith(v, (i) => beta2 * second[i]! + (1 - beta2) * g[i]! ** 2);
    const [correction1, correction2] = [1 - beta1 ** step, 1 - beta2 ** step];
    fillWith(weight, (i) => {
      const denominator = Math.sqrt(second[i]! / correction2) + epsilon;
      return decayed[i]! - (learningRate * (first[i]! / correction1)) / denominator;
    });
  },

  sgd(weight, gradient, momentum, { learningRate, momentum: mu, weightDecay, nesterov, first }) {
    const w = values(weight);
    const g = values(gradient).map((value, i) => value + weightDecay * w[i]!);
    const velocity = momentum && values(momentum);
    if (momentum && velocity) fillWith(momentum, (i) => (first ? g[i]! : mu * velocity[i]! + g[i]!));
    fillWith(weight, (i) => {
      const direction = velocity ? (nesterov ? g[i]! + mu * velocity[i]! : velocity[i]!) : g[i]!;
      return w[i]! - learningRate * direction;
    });
  },

  movingAverage(average, weight, decay) {
    const [mean, w] = [values(average), values(weight)];
    fillWith(average, (i) => mean[i]! * decay + w[i]! * (1 - decay));
  },
} satisfies Partial<Kernels>;
