/** What float16 and bfloat16 would do to a network's numbers, layer by layer, and what to do about it. Pure arithmetic. */
import type { ExponentRange, Fit } from '../../amp/index.js';
import type { DType } from '../../tensor/index.js';
import type { ObservedLayer } from './observer.js';

/** Activations or gradients of one layer. */
export interface Numbers {
  /** null when all values are zero. */
  readonly range: ExponentRange | null;
  /** In float16; gradients times the loss scale. */
  readonly float16: Fit;
  /** In bfloat16, where losses are not scaled. */
  readonly bfloat16: Fit;
  /** Infinite or NaN in float32 already. */
  readonly broken: number;
}

export interface LayerNumerics {
  readonly module: string;
  readonly operation: string;
  /** Type that 16-mixed stores its output in. Layers kept in float32 are measured and not judged. */
  readonly stored_as: DType;
  /** null for a batch norm, whose output is never written to memory. */
  readonly activations: Numbers | null;
  readonly gradients: Numbers | null;
  readonly problem: string | null;
}

export interface Diagnosis {
  readonly layers: readonly LayerNumerics[];
  /** The highest power of two at which no gradient seen here overflows float16; null without gradients. */
  readonly largest_safe_scale: number | null;
  /** What to do, the most urgent first; one sentence each. */
  readonly advice: readonly string[];
}

/** Exponent of the largest power of two that float16 holds. */
const FLOAT16_MAX_EXPONENT = 15;
/** Activations that are only so many doublings away from float16's end are named, although they fit. */
const NARROW_HEADROOM = 3;
/** A gradient that loses less of its norm than this trains no worse. */
const HARMLESS_LOSS = 0.01;

/**
 * @param storedAs type of each layer's output in 16-mixed, in the order of `layers`
 * @param scale what the loss is multiplied by, accumulation included
 */
export function diagnose(
  layers: readonly ObservedLayer[],
  storedAs: readonly DType[],
  scale: number,
): Diagnosis {
  const shift = Math.floor(Math.log2(scale));
  const rows = layers.map(({ module, operation, activations, gradients }, index): LayerNumerics => {
    const numbers = {
      activations: activations.total === 0 ? null : numbersOf(activations, 0),
      gradients: gradients.total === 0 ? null : numbersOf(gradients, shift),
    };
    const stored_as = storedAs[index] ?? 'float32';
    const problem = problemOf(numbers, stored_as);
    return { module, operation, stored_as, ...numbers, problem };
  });
  const exponents = rows.flatMap((row) =>
    isHalf(row.stored_as) && row.gradients?.range ? [row.gradients.range.max] : [],
  );
  const safe = exponents.length === 0 ? null : 2 ** (FLOAT16_MAX_EXPONENT - Math.max(...exponents));
  return { layers: rows, largest_safe_scale: safe, advice: advise(rows, scale, safe) };
}

function numbersOf(histogram: ObservedLayer['activations'], shift: number): Numbers {
  return {
    range: histogram.range() ?? null,
    float16: histogram.fit('float16', shift),
    bfloat16: histogram.fit('bfloat16'),
    broken: histogram.broken,
  };
}

const isHalf = (type: DType): boolean => type !== 'float32';

function problemOf(
  { activations, gradients }: Pick<LayerNumerics, 'activations' | 'gradients'>,
  storedAs: DType,
): string | null {
  if ((activations?.broken ?? 0) + (gradients?.broken ?? 0) > 0) return 'broken in float32';
  if (!isHalf(storedAs)) return null;
  if (activations && activations.float16.overflow > 0) return 'activations overflow';
  if (gradients && gradients.float16.overflow > 0) return 'gradients overflow';
  if (gradients && gradients.float16.lostNorm > HARMLESS_LOSS) return 'gradients vanish';
  return null;
}

function advise(rows: readonly LayerNumerics[], scale: number, safe: number | null): string[] {
  const where = (found: readonly LayerNumerics[]): string => {
    const names = [...new Set(found.map(({ module }) => module))];
    return names.length === 1 ? `${names[0]}` : `${names[0]} and ${names.length - 1} more`;
  };
  const about = (problem: string, what: string): string[] => {
    const found = rows.filter((row) => row.problem === problem);
    return found.length === 0 ? [] : [`${where(found)}: ${what}`];
  };
  const lost = `gradients lose more than ${HARMLESS_LOSS * 100} % of their norm`;
  const advice = [
    ...about(
      'broken in float32',
      'infinite or NaN in float32 already, so precision is not the cause; lower optimizer.lr or look at the data.',
    ),
    ...about(
      'activations overflow',
      'activations are beyond float16 (65504), which no loss scale changes; train with trainer=bf16_safe.',
    ),
    ...about(
      'gradients overflow',
      safe !== null && safe >= 1
        ? `gradients overflow at a factor of ${scale}; the scaler will skip steps until it is ${safe} or less.`
        : 'gradients overflow at any loss scale from 1; lower optimizer.lr or train with trainer=bf16_safe.',
    ),
    ...about(
      'gradients vanish',
      safe !== null && safe > scale
        ? `${lost}; a factor of ${safe} would overflow nowhere and save more, and the scaler gets there by itself.`
        : `${lost} and there is no room for a higher loss scale; train with trainer=bf16_safe.`,
    ),
  ];
  if (advice.length === 0) {
    advice.push(
      'Nothing to do: float16 holds every activation and gradient of these batches at this loss scale.',
    );
  }
  const bfloat = rows.filter(
    (row) => isHalf(row.stored_as) && (row.gradients?.bfloat16.lostNorm ?? 0) > HARMLESS_LOSS,
  );
  if (bfloat.length > 0) advice.push(`${where(bfloat)}: gradients are too small for bfloat16, too.`);
  return [...advice, ...narrowest(rows)];
}

/** The layer whose activations come nearest to float16's end, if they come near. */
function narrowest(rows: readonly LayerNumerics[]): string[] {
  const [first] = rows
    .flatMap(({ module, stored_as, activations }) =>
      isHalf(stored_as) && activations?.range ? [{ module, max: activations.range.max }] : [],
    )
    .sort((one, other) => other.max - one.max);
  const headroom = first === undefined ? Infinity : FLOAT16_MAX_EXPONENT - first.max;
  if (first === undefined || headroom < 0 || headroom > NARROW_HEADROOM) return [];
  return [
    `${first.module}: activations reach ${2 ** first.max}, ${2 ** headroom} times below float16's end (65504): they fit, with little room to grow.`,
  ];
}
