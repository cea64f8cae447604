/** Weights from the published ONNX file, under PaddleOCR's parameter names. The file itself has lost the names, so its order tells. */
import type { StateDict } from '../../nn/index.js';
import { floatValues, type OnnxModel, type OnnxTensor } from '../../onnx/index.js';

interface Found {
  readonly convolutions: OnnxTensor[][];
  readonly norms: OnnxTensor[][];
  /** Of one element: a learnable affine's scale or bias. */
  readonly affines: OnnxTensor[];
  /** Biases of transposed convolutions, which stand apart from their weights. */
  readonly biases: OnnxTensor[];
}

/** The constants of the graph by the kind of node that reads them, in the graph's order. */
function constantsOf({ graph }: OnnxModel): Found {
  const constants = new Map<string, OnnxTensor>();
  for (const tensor of graph.initializer) constants.set(tensor.name ?? '', tensor);
  for (const { op_type, output, attribute = [] } of graph.node) {
    if (op_type === 'Constant' && attribute[0]?.t) constants.set(output[0], attribute[0].t);
  }
  const found: Found = { convolutions: [], norms: [], affines: [], biases: [] };
  for (const { op_type, input } of graph.node) {
    const held = input.flatMap((name) => constants.get(name) ?? []);
    const [first] = held;
    if (op_type === 'Conv' || op_type === 'ConvTranspose') found.convolutions.push(held);
    else if (op_type === 'BatchNormalization') found.norms.push(held);
    else if ((op_type === 'Mul' || op_type === 'Add') && first) {
      if (first.dims.length === 1 && first.dims[0] === 1) found.affines.push(first);
      else if (op_type === 'Add' && first.dims.length === 4) found.biases.push(first);
    }
  }
  return found;
}

/** The parts of the network in the order of the file. `stride 2` marks depthwise layers without a second affine. */
const BLOCKS: readonly (readonly [name: string, squeeze: boolean, stride: 1 | 2])[] = [
  ['blocks2.0', false, 1],
  ['blocks3.0', false, 2],
  ['blocks3.1', false, 1],
  ['blocks4.0', false, 2],
  ['blocks4.1', false, 1],
  ['blocks5.0', false, 2],
  ['blocks5.1', false, 1],
  ['blocks5.2', false, 1],
  ['blocks5.3', false, 1],
  ['blocks5.4', false, 1],
  ['blocks6.0', true, 2],
  ['blocks6.1', true, 1],
  ['blocks6.2', false, 1],
  ['blocks6.3', false, 1],
];
/** Its input planes are blue, green, red in the published file, and red, green, blue here. */
const FIRST = 'backbone.conv1.conv.weight';
const NORM_PARTS = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/**
 * Everything but the threshold branch (`head.thresh.*`), which the published file does not hold.
 *
 * @throws Error when the graph is not that of PP-OCRv4's mobile detector
 */
export function importPpOcrV4(model: OnnxModel): StateDict {
  const { convolutions, norms, affines, biases } = constantsOf(model);
  const state: StateDict = new Map();
  const next = <T>(list: T[]): T => {
    const item = list.shift();
    if (item === undefined)
      throw new Error("the graph is not that of PP-OCRv4's mobile detector: it ends too early");
    return item;
  };
  const put = (name: string, tensor: OnnxTensor, shape = tensor.dims) => {
    state.set(name, { shape, data: floatValues(tensor) });
  };
  const convolution = (name: string) => {
    const [weight, bias] = next(convolutions);
    put(`${name}.weight`, weight);
    if (bias) put(`${name}.bias`, bias);
  };
  const norm = (name: string) => {
    for (const [i, tensor] of next(norms).entries()) put(`${name}.${NORM_PARTS[i]}`, tensor);
  };
  const repLayer = (name: string, stride: 1 | 2) => {
    convolution(`${name}.reparam_conv`);
    for (const lab of stride === 2 ? ['lab'] : ['lab', 'act.lab']) {
      put(`${name}.${lab}.scale`, next(affines));
      put(`${name}.${lab}.bias`, next(affines));
    }
  };
  const transposed = (name: string) => {
    convolution(name);
    const bias = next(biases);
    put(`${name}.bias`, bias, [floatValues(bias).length]);
  };

  convolution('backbone.conv1.conv');
  norm('backbone.conv1.bn');
  for (const [block, squeeze, stride] of BLOCKS) {
    const name = `backbone.${block}`;
    repLayer(`${name}.dw_conv`, stride);
    if (squeeze) for (const conv of ['conv1', 'conv2']) convolution(`${name}.se.${conv}`);
    repLayer(`${name}.pw_conv`, 1);
  }
  for (const level of [0, 1, 2, 3]) convolution(`backbone.layer_list.${level}`);
  for (const part of ['ins_conv', 'inp_conv']) {
    for (const level of [3, 2, 1, 0]) {
      for (const leaf of ['in_conv', 'se_block.conv1', 'se_block.conv2']) {
        convolution(`neck.${part}.${level}.${leaf}`);
      }
    }
  }
  convolution('head.binarize.conv1');
  norm('head.binarize.conv_bn1');
  transposed('head.binarize.conv2');
  norm('head.binarize.conv_bn2');
  transposed('head.binarize.conv3');
  const first = state.get(FIRST)!;
  state.set(FIRST, { ...first, data: swapRedAndBlue(first.data, first.shape) });
  const left = convolutions.length + norms.length + affines.length + biases.length;
  if (left > 0)
    throw new Error(`the graph is not that of PP-OCRv4's mobile detector: ${left} constants too many`);
  return state;
}

/** Weights `[O, 3, kH, kW]` with their first and last input plane exchanged. */
export function swapRedAndBlue(
  weights: Float32Array,
  [, planes, ...kernel]: readonly number[],
): Float32Array {
  const area = kernel.reduce((product, size) => product * size, 1);
  return weights.map((_, i) => {
    const plane = Math.floor(i / area) % planes;
    return weights[i + (planes - 1 - 2 * plane) * area];
  });
}
