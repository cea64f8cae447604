/** Nodes and constants of an ONNX graph, gathered one by one. */
import { float16Bits, float16FromBits, type TracedTensor } from '../tensor/index.js';
import { ATTRIBUTE, DATA, type OnnxAttribute, type OnnxNode, type OnnxTensor } from './schema.js';

export const integer = (name: string, i: number): OnnxAttribute => ({ name, type: ATTRIBUTE.INT, i });
export const integers = (name: string, ints: readonly number[]): OnnxAttribute => ({
  name,
  type: ATTRIBUTE.INTS,
  ints,
});
export const float = (name: string, f: number): OnnxAttribute => ({ name, type: ATTRIBUTE.FLOAT, f });
export const text = (name: string, s: string): OnnxAttribute => ({
  name,
  type: ATTRIBUTE.STRING,
  s: Buffer.from(s),
});

/** Rounding moves ordinary weights by 2⁻¹² of their size; those that it moves by more are too small or large for 16 bits. */
const HALF_TOLERANCE = 2 ** -10;
const WEIGHT_DIMENSIONS = 4;

export class GraphWriter {
  readonly nodes: OnnxNode[] = [];
  readonly #constants = new Map<string, OnnxTensor>();
  readonly #names = new Map<TracedTensor, string>();
  readonly #half: boolean;

  /** @param half convolutions' weights are stored in 16 bits where they fit, and widened when the model is loaded */
  constructor({ half }: { readonly half: boolean }) {
    this.#half = half;
  }

  get constants(): OnnxTensor[] {
    return [...this.#constants.values()];
  }

  /** Adds a node; returns the name of its output. */
  node(op_type: string, input: readonly string[], attribute: readonly OnnxAttribute[] = []): string {
    return this.#add(op_type, input, attribute, `${op_type}.${this.nodes.length}`);
  }

  /** Gives a node's output that no other node reads another name. */
  rename(from: string, to: string): void {
    const place = this.nodes.findIndex(({ output }) => output[0] === from);
    this.nodes[place] = { ...this.nodes[place], output: [to] };
  }

  #add(
    op_type: string,
    input: readonly string[],
    attribute: readonly OnnxAttribute[],
    output: string,
  ): string {
    this.nodes.push({ op_type, name: output, input, output: [output], attribute });
    return output;
  }

  /** From now on `tensor` is read under this name. */
  define(tensor: TracedTensor, name: string): void {
    this.#names.set(tensor, name);
  }

  /** The name of a tensor: of a constant, or of one that was defined. */
  read(tensor: TracedTensor): string {
    const known = this.#names.get(tensor);
    if (known !== undefined) return known;
    const { name, values } = tensor.constant!;
    const half = this.#half && tensor.shape.length === WEIGHT_DIMENSIONS ? toHalf(values) : undefined;
    if (half === undefined) return this.constant(name, tensor.shape, values);
    if (this.#constants.has(name)) return `${name}.float`;
    this.#store(name, tensor.shape, DATA.FLOAT16, half);
    return this.#add('Cast', [name], [integer('to', DATA.FLOAT)], `${name}.float`);
  }

  constant(name: string, dims: readonly number[], values: Float32Array): string {
    return this.#store(name, dims, DATA.FLOAT, values);
  }

  /** One number. */
  number(value: number): string {
    return this.constant(`constant.${value}`, [1], Float32Array.of(value));
  }

  #store(
    name: string,
    dims: readonly number[],
    data_type: number,
    values: Float32Array | Uint16Array,
  ): string {
    const raw_data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    if (!this.#constants.has(name)) this.#constants.set(name, { name, dims, data_type, raw_data });
    return name;
  }
}

/** The bits of the values in 16 bits; undefined where too much would be lost. */
function toHalf(values: Float32Array): Uint16Array | undefined {
  const bits = Uint16Array.from(values, float16Bits);
  let size = 0;
  let loss = 0;
  for (let i = 0; i < values.length; i++) {
    size += values[i] ** 2;
    loss += (float16FromBits(bits[i]) - values[i]) ** 2;
  }
  return loss <= HALF_TOLERANCE ** 2 * size ? bits : undefined;
}
