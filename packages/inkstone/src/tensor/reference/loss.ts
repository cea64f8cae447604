/** The differentiable step and the parts of the DB loss. */
import type { Kernels } from '../kernels.js';
import { FUNCTION } from './elementwise.js';
import { fillWith, own, ROUND, values } from './memory.js';

const sum = (length: number, term: (i: number) => number): number => {
  let total = 0;
  for (let i = 0; i < length; i++) total += term(i);
  return total;
};

/** −log σ(x) for gt 1, −log(1 − σ(x)) for gt 0, in the form that cannot overflow. */
const crossEntropy = (x: number, gt: number): number =>
  Math.max(x, 0) - x * gt + Math.log1p(Math.exp(-Math.abs(x)));

export const loss = {
  differentiableStep(p, t, k, y) {
    const [probability, threshold] = [values(p), values(t)];
    fillWith(y, (i) => FUNCTION.sigmoid(k * (probability[i]! - threshold[i]!)));
  },

  differentiableStepBackward(y, dy, k, dp, dt) {
    const [output, gradient] = [values(y), values(dy)];
    const slope = output.map((value, i) => gradient[i]! * k * value * (1 - value));
    fillWith(dp, (i) => slope[i]!);
    fillWith(dt, (i) => -slope[i]!);
  },

  balancedCrossEntropy(logits, gt, mask, negativeRatio, epsilon, gradient, loss) {
    const kept = ROUND[loss.dtype];
    const [x, target, valid] = [values(logits), values(gt), values(mask)];
    const entropy = x.map((value, i) => crossEntropy(value, target[i]!));
    const positives = sum(x.length, (i) => target[i]! * valid[i]!);
    const negatives: number[] = [];
    for (let i = 0; i < x.length; i++) if ((1 - target[i]!) * valid[i]! > 0) negatives.push(i);
    const wanted = Math.min(negatives.length, Math.trunc(positives * negativeRatio));
    // Sorting is stable, so of equal losses the lowest index comes first.
    const hardest = negatives.sort((a, b) => entropy[b]! - entropy[a]!).slice(0, wanted);

    const weight = target.map((value, i) => value * valid[i]!);
    for (const i of hardest) weight[i] = 1;
    const denominator = kept(Math.trunc(positives) + hardest.length + epsilon);
    fillWith(gradient, (i) =>
      weight[i] === 0 ? 0 : (weight[i]! * (FUNCTION.sigmoid(x[i]!) - target[i]!)) / denominator,
    );
    const total = sum(x.length, (i) => (weight[i] === 0 ? 0 : weight[i]! * entropy[i]!));
    own(loss).set(0, kept(total) / denominator);
  },

  maskedL1(pred, target, mask, epsilon, gradient, loss) {
    const kept = ROUND[loss.dtype];
    const [x, wanted, valid] = [values(pred), values(target), values(mask)];
    const denominator = kept(sum(x.length, (i) => valid[i]!) + epsilon);
    fillWith(gradient, (i) => (Math.sign(x[i]! - wanted[i]!) * valid[i]!) / denominator);
    const total = sum(x.length, (i) => Math.abs(x[i]! - wanted[i]!) * valid[i]!);
    own(loss).set(0, kept(total) / denominator);
  },

  diceLoss(pred, gt, mask, epsilon, gradient, loss) {
    const kept = ROUND[loss.dtype];
    const [x, target, valid] = [values(pred), values(gt), values(mask)];
    const overlap = sum(x.length, (i) => x[i]! * target[i]! * valid[i]!);
    const union = sum(x.length, (i) => (x[i]! + target[i]!) * valid[i]!) + epsilon;
    const denominator = kept(union);
    fillWith(gradient, (i) => (-2 * valid[i]! * (target[i]! - overlap / union)) / denominator);
    own(loss).set(0, kept(union - 2 * overlap) / denominator);
  },
} satisfies Partial<Kernels>;
