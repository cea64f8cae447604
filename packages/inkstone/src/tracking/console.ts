import { z } from 'zod';
import { isSystemMetric, type Logger, type LoggerRecord, type Metrics } from './logger.js';
import type { Terminal } from './terminal.js';

/** Says a line for every evaluation; training steps are the progress bar's business. */
export class ConsoleLogger implements Logger {
  constructor(readonly terminal: Terminal) {}

  showMetrics(step: number, metrics: Metrics): void {
    const shown = Object.entries(metrics).filter(
      ([name]) => /^(val|test)\//.test(name) && !isSystemMetric(name),
    );
    if (shown.length === 0) return;
    const figures = shown.map(([name, value]) => `${name} ${value.toFixed(4)}`);
    this.terminal.line(`step ${step}  ${figures.join('  ')}`);
  }
}

export const console = {
  name: 'console',
  schema: z.boolean().default(true).describe('Prints a line for every validation.'),
  create: ({ terminal }) => new ConsoleLogger(terminal),
} as const satisfies LoggerRecord;
