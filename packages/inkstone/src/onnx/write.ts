/** A traced network as an ONNX file. */
import type { Trace, TracedTensor } from '../tensor/index.js';
import { GraphWriter } from './graph-writer.js';
import { translate } from './operators.js';
import { DATA, encodeModel, type OnnxValue } from './schema.js';

/** ONNX Runtime reads both from 1.18 on, in Node and in browsers. */
const OPSET = 21;
const IR_VERSION = 10;

export interface OnnxOptions {
  readonly producer: { readonly name: string; readonly version: string };
  readonly inputName: string;
  readonly outputName: string;
  /** Convolutions' weights in 16 bits, where they fit; computed with in 32. */
  readonly half: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The input is float `[batch, C, height, width]`, of any size that the network takes, the output likewise. */
export function writeOnnx({ input, operations, output }: Trace, options: OnnxOptions): Uint8Array {
  const graph = new GraphWriter({ half: options.half });
  graph.define(input, options.inputName);
  for (const operation of operations) translate(operation, graph);
  graph.rename(graph.read(output), options.outputName);
  return encodeModel({
    ir_version: IR_VERSION,
    producer_name: options.producer.name,
    producer_version: options.producer.version,
    opset_import: [{ version: OPSET }],
    metadata_props: Object.entries(options.metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: options.producer.name,
      node: graph.nodes,
      initializer: graph.constants,
      input: [imageValue(options.inputName, input)],
      output: [imageValue(options.outputName, output)],
    },
  });
}

function imageValue(name: string, { shape }: TracedTensor): OnnxValue {
  const dim = [
    { dim_param: 'batch' },
    { dim_value: shape[3] },
    { dim_param: 'height' },
    { dim_param: 'width' },
  ];
  return { name, type: { tensor_type: { elem_type: DATA.FLOAT, shape: { dim } } } };
}
