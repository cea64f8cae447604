import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KERNELS } from './kernels.js';
import { library } from './kernels-under-test.testing.js';

const TABLE = Object.entries(KERNELS).map(([name, parameters]) => ({
  name,
  parameters: parameters.map((parameter) => parameter.name),
  numbers: parameters.reduce((sum, parameter) => sum + parameter.numbers, 0),
}));

const MEMORY_AND_SETTINGS =
  'alloc free write read memory resetPeak trim keepLittle threads setThreads isa setIsa multipliesHalves'.split(
    ' ',
  );

describe('the table of kernels', () => {
  it('names the parameters of native/src/kernels/list.h in their order', () => {
    const list = readFileSync(new URL('../../native/src/kernels/list.h', import.meta.url), 'utf8');
    const entries = [...list.replaceAll('\\\n', '\n').matchAll(/^ {2}X\((\w+), \(([^)]*)\)\)/gm)];
    const declared = entries.map(([, name, parameters]) => [
      name,
      parameters!.split(',').map((parameter) => parameter.trim().split(/\s+/).at(-1)),
    ]);
    const table = TABLE.map(({ name, parameters }) => [name, parameters.flatMap((text) => text.split(', '))]);
    expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(table));
  });

  it('has exactly the kernels of the addon', () => {
    const functions = Object.keys(library).filter((name) => !MEMORY_AND_SETTINGS.includes(name));
    expect(functions.sort()).toEqual(TABLE.map(({ name }) => name).sort());
  });

  it.each(TABLE)(
    'flattens the parameters of $name to as many numbers as the addon takes',
    ({ name, numbers }) => {
      const kernel = library[name as keyof typeof KERNELS];
      const messageOf = (count: number): string => {
        try {
          kernel(...new Array<number>(count).fill(0));
        } catch (error) {
          return (error as Error).message;
        }
        return '';
      };
      expect(messageOf(numbers - 1)).toContain(`argument ${numbers} is missing`);
      expect(messageOf(numbers)).not.toMatch(/argument \d+ is missing/);
    },
  );
});
