/** Sizes as people type them: bytes, or a number with a unit. kB, MB, … are powers of ten, KiB, MiB, … powers of two. */
import { z } from 'zod';

/** Without flags, which JSON Schema has not. */
const SIZE = /^(\d{1,15}(?:\.\d{1,15})?) ?(?:([kKmMgGtT])([iI])?)?[bB]?$/;
const PREFIXES = 'kmgt';

export const byteCountSchema = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(SIZE, 'a size such as 500MB or 20GiB')
    .meta({ examples: ['500MB', '20GiB'] })
    .transform(bytesOf),
]);

function bytesOf(text: string): number {
  const [, number, prefix = '', binary] = SIZE.exec(text) ?? [];
  const power = prefix === '' ? 0 : PREFIXES.indexOf(prefix.toLowerCase()) + 1;
  return Math.round(Number(number) * (binary === undefined ? 1000 : 1024) ** power);
}
