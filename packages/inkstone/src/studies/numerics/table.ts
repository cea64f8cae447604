import { NONE, type Table } from '../table.js';
import type { LayerNumerics, Numbers } from './diagnose.js';
import type { Numerics } from './examine.js';

const HEADER = [
  'layer',
  'operation',
  '16-mixed stores',
  'activations',
  'fp16 over',
  'under',
  'gradients',
  'fp16 over',
  'under',
  'norm lost',
  'bf16 over',
  'under',
  '',
];

/** A row a layer: what half types would make of its numbers. */
export const numericsTable = ({ layers }: Numerics): Table => ({ header: HEADER, rows: layers.map(row) });

function row({ module, operation, stored_as, activations, gradients, problem }: LayerNumerics): string[] {
  const worst = (fit: 'overflow' | 'underflow') =>
    share(Math.max(activations?.bfloat16[fit] ?? 0, gradients?.bfloat16[fit] ?? 0));
  return [
    module,
    operation,
    stored_as,
    range(activations),
    share(activations?.float16.overflow),
    share(activations?.float16.underflow),
    range(gradients),
    share(gradients?.float16.overflow),
    share(gradients?.float16.underflow),
    share(gradients?.float16.lostNorm),
    worst('overflow'),
    worst('underflow'),
    problem === null ? '' : `⚠ ${problem}`,
  ];
}

const range = (numbers: Numbers | null): string =>
  numbers?.range ? `2^${numbers.range.p01} … 2^${numbers.range.max}` : NONE;

/** `1.2 %`, and something for shares that are small but not nothing. */
function share(value: number | undefined): string {
  if (value === undefined) return NONE;
  if (value === 0) return '0';
  return value < 0.0005 ? '< 0.1 %' : `${(100 * value).toFixed(1)} %`;
}
