import type { Numerics } from '../../studies/index.js';
import type { NumericsLayer, NumericsView } from '../protocol.js';

/** What the page shows of a `numerics.json`. */
export const numericsView = ({
  checkpoint,
  batches,
  loss_scale,
  advice,
  layers,
}: Numerics): NumericsView => ({
  checkpoint,
  batches,
  lossScale: loss_scale,
  advice,
  layers: layers.map(layerView),
});

function layerView(layer: Numerics['layers'][number]): NumericsLayer {
  const { module, operation, stored_as, activations, gradients, problem } = layer;
  return {
    module,
    operation,
    storedAs: stored_as,
    largestActivation: activations?.range?.max ?? null,
    activationsOver: activations?.float16.overflow ?? null,
    activationsUnder: activations?.float16.underflow ?? null,
    largestGradient: gradients?.range?.max ?? null,
    gradientsOver: gradients?.float16.overflow ?? null,
    gradientsUnder: gradients?.float16.underflow ?? null,
    normLost: gradients?.float16.lostNorm ?? null,
    problem,
  };
}
