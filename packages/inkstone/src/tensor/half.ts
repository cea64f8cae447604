/** The two half-precision storage types in plain arithmetic: rounding to nearest even, subnormals and infinities kept. */
interface FloatFormat {
  readonly mantissaBits: number;
  readonly exponentBits: number;
}

const FLOAT16: FloatFormat = { mantissaBits: 10, exponentBits: 5 };
const BFLOAT16: FloatFormat = { mantissaBits: 7, exponentBits: 8 };

/** The nearest IEEE binary16 value; 65520 and above become infinity. */
export const roundToFloat16 = (x: number): number => round(x, FLOAT16);

/** The nearest bfloat16 value (the upper half of a binary32). */
export const roundToBfloat16 = (x: number): number => round(x, BFLOAT16);

/** The bits of the nearest binary16 value. */
export const float16Bits = (x: number): number => encode(x, FLOAT16);

export const float16FromBits = (bits: number): number => decode(bits, FLOAT16);
export const bfloat16FromBits = (bits: number): number => decode(bits, BFLOAT16);

const maxExponent = (format: FloatFormat): number => 2 ** (format.exponentBits - 1) - 1;
const minExponent = (format: FloatFormat): number => 1 - maxExponent(format);

function round(x: number, format: FloatFormat): number {
  if (!Number.isFinite(x) || x === 0) return x;
  const magnitude = Math.abs(x);
  // A power of two, so that dividing and multiplying by it are exact.
  const quantum = 2 ** (Math.max(exponentOf(magnitude), minExponent(format)) - format.mantissaBits);
  const rounded = roundHalfEven(magnitude / quantum) * quantum;
  const limit = 2 ** (maxExponent(format) + 1);
  return Math.sign(x) * (rounded >= limit ? Number.POSITIVE_INFINITY : rounded);
}

function decode(bits: number, format: FloatFormat): number {
  const { mantissaBits, exponentBits } = format;
  const sign = bits & 0x8000 ? -1 : 1;
  const field = (bits >> mantissaBits) & (2 ** exponentBits - 1);
  const fraction = bits & (2 ** mantissaBits - 1);
  if (field === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  const significand = field === 0 ? fraction : fraction + 2 ** mantissaBits;
  return sign * significand * 2 ** (Math.max(field, 1) - 1 + minExponent(format) - mantissaBits);
}

function encode(x: number, format: FloatFormat): number {
  const { mantissaBits, exponentBits } = format;
  const rounded = round(x, format);
  const sign = rounded < 0 || Object.is(rounded, -0) ? 0x8000 : 0;
  const infinity = (2 ** exponentBits - 1) << mantissaBits;
  if (Number.isNaN(rounded)) return infinity + 1;
  if (!Number.isFinite(rounded)) return sign + infinity;
  if (rounded === 0) return sign;
  const magnitude = Math.abs(rounded);
  const exponent = Math.max(exponentOf(magnitude), minExponent(format));
  const significand = magnitude / 2 ** (exponent - mantissaBits);
  // The leading one of a normal number lies where it makes the exponent field one larger.
  return sign + ((exponent - minExponent(format)) << mantissaBits) + significand;
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

const scratch = new DataView(new ArrayBuffer(8));

/** ⌊log₂ x⌋ of a positive normal number, from its bits: `Math.log2` may round up just below a power of two. */
function exponentOf(x: number): number {
  scratch.setFloat64(0, x);
  return ((scratch.getUint16(0) >> 4) & 0x7ff) - 1023;
}
