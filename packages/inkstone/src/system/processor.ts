import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const CPUINFO = '/proc/cpuinfo';

/**
 * The processor as the machine itself names it. Virtual machines often hide which one it is ("AMD EPYC Processor"), so on Linux
 * the family and model numbers follow, from which its generation can be told.
 */
export function processorName(cpuinfo = readCpuinfo()): string {
  const name = cpus()[0]?.model.trim() || 'unknown processor';
  const number = (key: string) => new RegExp(`^${key}\\s*: (\\d+)$`, 'm').exec(cpuinfo)?.[1];
  const [family, model] = [number('cpu family'), number('model')];
  return family === undefined || model === undefined ? name : `${name} (family ${family}, model ${model})`;
}

function readCpuinfo(): string {
  try {
    return readFileSync(CPUINFO, 'utf8');
  } catch {
    return '';
  }
}
