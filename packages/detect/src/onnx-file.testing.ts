/** The smallest ONNX files: metadata and nothing else. */
import type { DetectorDescription } from './description.js';
import { IMAGENET } from './fit.js';

export const DESCRIPTION: DetectorDescription = {
  version: '0.1.0',
  network: 'tiny',
  size: 64,
  channels: 'rgb',
  normalization: IMAGENET,
  postprocess: { threshold: 0.5, unclipRatio: 0 },
};

const field = (number: number, bytes: Uint8Array): number[] => [
  8 * number + 2,
  ...(bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) + 128, bytes.length >> 7]),
  ...bytes,
];

/** `ir_version` and one entry of `metadata_props`. */
export function onnxFile(key: string, value: string): Uint8Array {
  const text = new TextEncoder();
  const entry = Uint8Array.from([...field(1, text.encode(key)), ...field(2, text.encode(value))]);
  return Uint8Array.from([8, 10, ...field(14, entry)]);
}

export const detectorFile = (changes: object = {}): Uint8Array =>
  onnxFile('inkstone', JSON.stringify({ ...DESCRIPTION, ...changes }));
