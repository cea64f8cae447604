import { cpus } from 'node:os';
import { describe, expect, it } from 'vitest';
import { processorName } from './processor.js';

describe('processorName', () => {
  const name = cpus()[0]?.model.trim() || 'unknown processor';

  it('adds the numbers that tell the generation of a processor', () => {
    const cpuinfo = 'cpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC Processor\n';
    expect(processorName(cpuinfo)).toBe(`${name} (family 25, model 17)`);
  });

  it('leaves them out where there are none', () => {
    expect(processorName('processor\t: 0\nBogoMIPS\t: 50.00\n')).toBe(name);
  });
});
