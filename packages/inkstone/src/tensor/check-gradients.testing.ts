/** Test support: compares what backward computes with central differences of the forward pass. */

import { tidy } from './scope.js';
import { record, Tape } from './tape.js';
import { Parameter, type Shape, Tensor } from './tensor.js';

export interface GradientCheck {
  /** Step of the difference: large for float32, whose rounding it divides. */
  readonly step: number;
  /** Allowed error, relative to the largest gradient of the same input. */
  readonly tolerance: number;
}

export const FLOAT64_CHECK: GradientCheck = { step: 1e-6, tolerance: 1e-5 };
export const FLOAT32_CHECK: GradientCheck = { step: 1e-2, tolerance: 2e-2 };

/** Coordinates of one input that are tried. */
const PLACES = 10;
/** Below this a gradient counts as zero: a bias in front of a batch norm. */
const TINY = 1e-4;

/** Values in [−1, 1), the same for the same seed on every machine. */
export function pseudoRandom(length: number, seed: number): Float64Array {
  return Float64Array.from({ length }, (_, index) => {
    // Murmur3's 32-bit finaliser of a counter.
    let hash = (index + seed * 1000003) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 31 - 1;
  });
}

/**
 * Checks d(Σ projection · operation(inputs)) / d(input) for some coordinates of every input.
 * Coordinates where the function has a kink within the step are passed over, but not all of them.
 */
export function checkGradients(
  operation: (...inputs: Parameter[]) => Tensor,
  shapes: readonly Shape[],
  { step, tolerance }: GradientCheck,
  seed = 1,
): void {
  tidy(() => {
    const inputs = shapes.map((shape, index) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return new Parameter(pseudoRandom(length, seed * 31 + index), shape);
    });
    const evaluate = (): number => tidy(() => project(operation(...inputs)).item());
    const tape = new Tape();
    tape.backward(tidy(() => tape.record(() => project(operation(...inputs)))));
    const agreements = inputs.flatMap((input, index) =>
      compare(input, `input ${index}`, evaluate, step, tolerance),
    );
    const agreeing = agreements.filter(Boolean).length;
    if (agreeing < agreements.length / 2) {
      throw new Error(`only ${agreeing} of ${agreements.length} coordinates agree, the rest look like kinks`);
    }
    for (const input of inputs) {
      input.zeroGrad();
      input.dispose();
    }
  });
}

/** For each coordinate tried, whether differences and gradient agree. Throws where they do not though it is smooth. */
function compare(
  input: Parameter,
  name: string,
  evaluate: () => number,
  step: number,
  tolerance: number,
): boolean[] {
  if (!input.grad) throw new Error(`${name} received no gradient`);
  const gradient = input.grad.read();
  const original = Float64Array.from(input.read());
  const scale = Math.max(TINY, ...gradient.map(Math.abs));
  const at = (place: number, delta: number): number => {
    const moved = original.slice();
    moved[place]! += delta;
    input.write(moved);
    const value = evaluate();
    input.write(original);
    return value;
  };
  const here = evaluate();
  const places = new Set(
    Array.from({ length: PLACES }, (_, i) => Math.floor((i * (original.length - 1)) / (PLACES - 1))),
  );
  return [...places].map((place) => {
    const right = (at(place, step) - here) / step;
    const left = (here - at(place, -step)) / step;
    const numeric = (left + right) / 2;
    const error = Math.abs(numeric - gradient[place]!);
    const agrees = error <= tolerance * scale;
    if (!agrees && Math.abs(left - right) <= tolerance * scale) {
      throw new Error(`${name}[${place}]: backward says ${gradient[place]}, differences say ${numeric}`);
    }
    return agrees;
  });
}

/** Σ projection · y with fixed pseudo-random weights, so that every output counts differently. */
function project(y: Tensor): Tensor {
  if (y.length === 1) return y;
  const weights = pseudoRandom(y.length, 977);
  const sum = Float64Array.from(y.read()).reduce((total, value, i) => total + value * weights[i]!, 0);
  return record('weightedSum', Tensor.scalar(sum), [y], [], (dy) => {
    const factor = dy.item();
    return [
      Tensor.from(
        weights.map((weight) => weight * factor),
        y.shape,
        y.dtype,
      ),
    ];
  });
}
