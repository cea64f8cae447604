/** Batch norms and affines taken into the convolutions before them: the same network with fewer operations. */
import type { Trace, TracedOperation, TracedTensor } from '../tensor/index.js';

/** y[c] = scale[c] · x[c] + shift[c] */
interface ChannelValues {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** A norm is merged with the convolution whose output it alone reads; its activation becomes the convolution's. */
export function foldNorms({ input, operations, output }: Trace): Trace {
  const folded: TracedOperation[] = [];
  for (const operation of operations) {
    const [x] = operation.inputs;
    const place = folded.findIndex((earlier) => earlier.output === x);
    const affine = affineOf(operation);
    const isAlone = operations.filter(({ inputs }) => inputs.includes(x)).length === 1;
    if (affine && isAlone && isPlainConvolution(folded[place])) {
      folded[place] = merge(folded[place], operation, affine);
    } else folded.push(operation);
  }
  return { input, operations: folded, output };
}

function isPlainConvolution(operation: TracedOperation | undefined): boolean {
  const isConvolution = operation?.name === 'conv2d' || operation?.name === 'upConv2d';
  return isConvolution && operation.activation === 'identity';
}

/** What a norm does to each channel; undefined for other operations. */
function affineOf({ name, inputs, settings }: TracedOperation): ChannelValues | undefined {
  if (name !== 'batchNorm' && name !== 'channelAffine') return undefined;
  const [scale, shift, mean, variance] = inputs.slice(1).map(valuesOf);
  if (name === 'channelAffine') return { scale, shift };
  const factor = scale.map((gamma, c) => gamma / Math.sqrt(variance[c] + settings.epsilon));
  return { scale: factor, shift: shift.map((beta, c) => beta - mean[c] * factor[c]) };
}

function merge(
  convolution: TracedOperation,
  norm: TracedOperation,
  { scale, shift }: ChannelValues,
): TracedOperation {
  const [x, weight, bias] = convolution.inputs;
  // Weights are [O, I, k, k], those of transposed convolutions [I, O, k, k].
  const [out, area] = [convolution.name === 'conv2d' ? 0 : 1, weight.shape[2] * weight.shape[3]];
  const channelOf = (i: number) =>
    out === 0 ? Math.floor(i / (area * weight.shape[1])) : Math.floor(i / area) % weight.shape[1];
  const { name } = weight.constant!;
  const biases = bias === undefined ? shift : valuesOf(bias).map((b, c) => b * scale[c] + shift[c]);
  return {
    ...convolution,
    activation: norm.activation,
    inputs: [
      x,
      constant(
        name,
        weight.shape,
        valuesOf(weight).map((w, i) => w * scale[channelOf(i)]),
      ),
      constant(bias?.constant?.name ?? name.replace(/weight$/, 'bias'), [shift.length], biases),
    ],
    output: norm.output,
  };
}

const valuesOf = ({ constant }: TracedTensor): Float64Array => Float64Array.from(constant!.values);

function constant(name: string, shape: readonly number[], values: Float64Array): TracedTensor {
  return { shape, constant: { name, values: Float32Array.from(values) } };
}
