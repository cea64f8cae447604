import { describe, expect, it } from 'vitest';
import { InputError } from '../system/index.js';
import { checkEnvironment } from './environment.js';

describe('checkEnvironment', () => {
  it('takes what there is, and an empty variable for none', () => {
    const variables = { INKSTONE_BACKEND: '', INKSTONE_ISA: 'avx2', INKSTONE_THREADS: '2', HOME: '/home' };
    expect(checkEnvironment(variables)).toEqual({ INKSTONE_ISA: 'avx2', INKSTONE_THREADS: '2' });
  });

  it.each<[string, string, string]>([
    ['INKSTONE_BACKEND', 'cuda', 'native, wasm or reference'],
    [
      'INKSTONE_ISA',
      'sse',
      'auto, amx, avx512bf16, avx512, avx2, neonbf16, neon, generic, relaxed or simd128',
    ],
    ...['many', '0', '-1', '1.5', '1e9', '257', '9'.repeat(400)].map((count): [string, string, string] => [
      'INKSTONE_THREADS',
      count,
      'a whole number from 1 to 256',
    ]),
  ])('refuses %s=%s', (name, value, choices) => {
    const error = new InputError(`${name}=${value}: use ${choices}`);
    expect(() => checkEnvironment({ [name]: value })).toThrow(error);
  });

  it('tells all of them at once', () => {
    expect(() => checkEnvironment({ INKSTONE_BACKEND: 'gpu', INKSTONE_THREADS: 'x' })).toThrow(
      /^INKSTONE_BACKEND=gpu: .*\nINKSTONE_THREADS=x: .*$/,
    );
  });
});
