/** Which part of a network an operation belongs to. */
import { type Operation, Parameter } from '../tensor/index.js';

/** Losses are single numbers in float32. */
export const isLoss = ({ output }: Operation): boolean => output.shape.length === 0;

/**
 * `encoder.conv1` for an operation that uses `encoder.conv1.weight`; undefined for one without parameters. Parameters have
 * their names from `Module.parameters()`.
 */
export function moduleOf({ inputs }: Operation): string | undefined {
  const parameter = inputs.find((input) => input instanceof Parameter);
  return parameter?.name.replace(/\.[^.]*$/, '');
}
