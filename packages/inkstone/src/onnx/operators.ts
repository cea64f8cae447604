/** Each operation that a forward pass may call, as nodes of an ONNX graph. Images are NCHW there, NHWC here. */
import type { Activation, TracedOperation, TracedTensor } from '../tensor/index.js';
import { float, type GraphWriter, integer, integers, text } from './graph-writer.js';

/** Writes the nodes of an operation, its activation apart, and returns the name of their result. */
type Translation = (operation: TracedOperation, graph: GraphWriter) => string;

const OPERATORS: Readonly<Record<string, Translation>> = {
  conv2d: ({ inputs: [x, weight, bias], settings: { stride, padding, groups } }, graph) =>
    graph.node(
      'Conv',
      [graph.read(x), ...parameters(graph, weight, bias)],
      [
        integers('kernel_shape', weight.shape.slice(2)),
        integers('strides', [stride, stride]),
        integers('pads', [padding, padding, padding, padding]),
        integer('group', groups),
      ],
    ),
  upConv2d: ({ inputs: [x, weight, bias] }, graph) =>
    graph.node(
      'ConvTranspose',
      [graph.read(x), ...parameters(graph, weight, bias)],
      [integers('kernel_shape', [2, 2]), integers('strides', [2, 2])],
    ),
  batchNorm: ({ inputs: [x, ...statistics], settings: { epsilon } }, graph) =>
    graph.node(
      'BatchNormalization',
      [graph.read(x), ...parameters(graph, ...statistics)],
      [float('epsilon', epsilon)],
    ),
  channelAffine: ({ inputs: [x, scale, shift] }, graph) => {
    const scaled = graph.node('Mul', [graph.read(x), perChannel(graph, scale)]);
    return graph.node('Add', [scaled, perChannel(graph, shift)]);
  },
  linear: ({ inputs: [x], settings: { factor, offset } }, graph) => {
    const scaled = factor === 1 ? graph.read(x) : graph.node('Mul', [graph.read(x), graph.number(factor)]);
    return offset === 0 ? scaled : graph.node('Add', [scaled, graph.number(offset)]);
  },
  add: ({ inputs: [a, b] }, graph) => graph.node('Add', [graph.read(a), graph.read(b)]),
  multiplyChannels: ({ inputs: [x, s] }, graph) => graph.node('Mul', [graph.read(x), graph.read(s)]),
  globalAveragePool: ({ inputs: [x] }, graph) => graph.node('GlobalAveragePool', [graph.read(x)]),
  maxPool3x3: ({ inputs: [x] }, graph) =>
    graph.node(
      'MaxPool',
      [graph.read(x)],
      [integers('kernel_shape', [3, 3]), integers('strides', [2, 2]), integers('pads', [1, 1, 1, 1])],
    ),
  addUpsampled: ({ inputs: [fine, coarse] }, graph) =>
    graph.node('Add', [graph.read(fine), upsampled(graph, coarse, fine)]),
  concatUpsampled: ({ inputs, output }, graph) =>
    graph.node(
      'Concat',
      inputs.map((part) => upsampled(graph, part, output)),
      [integer('axis', 1)],
    ),
  relu: ({ inputs: [x] }, graph) => activated(graph, graph.read(x), 'relu'),
  hardSwish: ({ inputs: [x] }, graph) => activated(graph, graph.read(x), 'hard_swish'),
  hardSigmoid: ({ inputs: [x] }, graph) => activated(graph, graph.read(x), 'hard_sigmoid'),
  sigmoid: ({ inputs: [x] }, graph) => activated(graph, graph.read(x), 'sigmoid'),
};

/** Writes the nodes of an operation. @throws Error for one that has no ONNX form here */
export function translate(operation: TracedOperation, graph: GraphWriter): void {
  const translation = OPERATORS[operation.name];
  if (translation === undefined) throw new Error(`the operation ${operation.name} cannot be written as ONNX`);
  const result = translation(operation, graph);
  graph.define(operation.output, activated(graph, result, operation.activation));
}

function activated(graph: GraphWriter, x: string, activation: Activation): string {
  switch (activation) {
    case 'identity':
      return x;
    case 'relu':
      return graph.node('Relu', [x]);
    case 'hard_swish':
      return graph.node('HardSwish', [x]);
    case 'hard_sigmoid':
      return graph.node('HardSigmoid', [x], [float('alpha', 1 / 6), float('beta', 0.5)]);
    case 'sigmoid':
      return graph.node('Sigmoid', [x]);
  }
}

function parameters(graph: GraphWriter, ...tensors: readonly (TracedTensor | undefined)[]): string[] {
  return tensors.flatMap((tensor) => (tensor === undefined ? [] : [graph.read(tensor)]));
}

/** A value for each channel, shaped to be spread over an image; one for all channels is written once. */
function perChannel(graph: GraphWriter, { constant }: TracedTensor): string {
  const { name, values } = constant!;
  return values.every((value) => value === values[0])
    ? graph.constant(name, [1], values.subarray(0, 1))
    : graph.constant(name, [values.length, 1, 1], values);
}

/** x repeated until it is as high and wide as `size`. */
function upsampled(graph: GraphWriter, x: TracedTensor, size: TracedTensor): string {
  const factor = size.shape[1] / x.shape[1];
  if (factor === 1) return graph.read(x);
  const scales = graph.constant(`upsample.${factor}`, [4], Float32Array.of(1, 1, factor, factor));
  return graph.node(
    'Resize',
    [graph.read(x), '', scales],
    [
      text('mode', 'nearest'),
      text('coordinate_transformation_mode', 'asymmetric'),
      text('nearest_mode', 'floor'),
    ],
  );
}
