import { DATA, type OnnxTensor } from './schema.js';

/** The values of a float tensor, copied. Throws for another type, and for data that does not fill the shape. */
export function floatValues({
  name = '',
  dims,
  data_type,
  float_data = [],
  raw_data,
}: OnnxTensor): Float32Array {
  if (data_type !== DATA.FLOAT)
    throw new Error(`tensor ${name} has ONNX type ${data_type}, only float (1) is read`);
  const length = dims.reduce((product, size) => product * size, 1);
  const values =
    raw_data === undefined || raw_data.length === 0
      ? Float32Array.from(float_data)
      : new Float32Array(Uint8Array.from(raw_data).buffer, 0, raw_data.length >> 2);
  if (values.length !== length)
    throw new Error(`tensor ${name} does not fill its shape [${dims.join(', ')}]`);
  return values;
}
