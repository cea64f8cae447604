/** What a network computes when it is used, its training branches left out, in the layout that its files have elsewhere. */
import { type Normalization, SIDE_MULTIPLE } from 'inkstone-detect';
import { Tensor, type Trace, type TracedTensor, tidy, trace } from '../tensor/index.js';
import type { DetectionNetwork } from './networks.js';
import { swapRedAndBlue } from './pp_ocrv4/import.js';

export interface InferenceGraph {
  /** From normalised images to the probability map. */
  readonly trace: Trace;
  /** The order of the image's planes. */
  readonly channels: 'rgb' | 'bgr';
  /** In the order of its planes. */
  readonly normalization: Normalization;
  /** What the probability map is called. */
  readonly outputName: string;
}

const OURS = { channels: 'rgb', outputName: 'probability' } as const;

/** The network has to be in evaluation mode. */
export function inferenceGraph(network: DetectionNetwork): InferenceGraph {
  const names = new Map(network.namedTensors().map(([name, tensor]) => [tensor, name]));
  const traced = tidy(() =>
    trace(
      Tensor.zeros([1, SIDE_MULTIPLE, SIDE_MULTIPLE, 3]),
      names,
      (images) => network.call(images).probability,
    ),
  );
  const { channels, outputName } = network.published ?? OURS;
  const { normalization } = network;
  if (channels === 'rgb') return { trace: traced, channels, normalization, outputName };
  return {
    trace: forBlueGreenRed(traced),
    channels,
    normalization: { mean: reversed(normalization.mean), std: reversed(normalization.std) },
    outputName,
  };
}

/** The weights that read the image get their planes in the other order. */
function forBlueGreenRed({ input, operations, output }: Trace): Trace {
  const turned = ({ shape, constant }: TracedTensor): TracedTensor => {
    const { name, values } = constant!;
    return { shape, constant: { name, values: swapRedAndBlue(values, shape) } };
  };
  return {
    input,
    operations: operations.map((operation) => {
      const [x, weight, ...rest] = operation.inputs;
      return x === input ? { ...operation, inputs: [x, turned(weight), ...rest] } : operation;
    }),
    output,
  };
}

function reversed([first, second, third]: Normalization['mean']): Normalization['mean'] {
  return [third, second, first];
}
