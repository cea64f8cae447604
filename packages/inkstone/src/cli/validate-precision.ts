/** `inkstone validate-precision`: trains fp32 and 16-bit side by side and says whether the difference matters. */
import { Command } from 'commander';
import {
  costTable,
  measuresTable,
  type Plan,
  planValidation,
  type Report,
  RunInterrupted,
  runsTable,
  validatePrecision,
} from '../studies/index.js';
import { printable } from '../system/index.js';
import { Terminal } from '../tracking/index.js';
import { type ConfigArguments, withConfigOptions } from './config-options.js';
import { INTERRUPTED, interruption } from './interruption.js';
import { positiveInteger } from './positive-integer.js';
import { columns } from './table.js';

interface ValidateArguments extends ConfigArguments {
  readonly candidate: string;
  readonly trials: number;
  readonly fresh?: boolean;
  readonly json?: boolean;
}

export function validatePrecisionCommand(): Command {
  return withConfigOptions(new Command('validate-precision'))
    .description(
      'Trains fp32 and the candidate with the same seed, data order and settings, for 3 epochs unless told otherwise,\n' +
        'and compares them. Verdict by relative difference of H-mean: below 1 % ACCEPTABLE, to 2 % MARGINAL, above\n' +
        'UNACCEPTABLE (exit code 1). A repeated call reuses what is finished and goes on where it was interrupted.',
    )
    .option('--candidate <trainer>', 'the file of the group trainer to judge', 'fp16_safe')
    .option(
      '--trials <n>',
      'repetitions with other seeds, which tell chance from precision',
      positiveInteger,
      1,
    )
    .option('--fresh', 'train again what an earlier call has finished')
    .option('--json', 'print the report as JSON, and everything else on standard error')
    .action(async (overrides: string[], options: ValidateArguments) => {
      const { candidate, trials, config: configFile, configDir: configFolder } = options;
      const plan = planValidation({ overrides, candidate, trials, configFile, configFolder });
      const stream = options.json ? process.stderr : process.stdout;
      const terminal = new Terminal(stream);
      const { signal, release } = interruption(terminal);
      const fresh = options.fresh === true;
      try {
        const report = await validatePrecision(plan, { terminal, signal, fresh, output: stream.fd });
        process.stdout.write(options.json ? `${toJson(report)}\n` : describe(report, plan));
        if (report.verdict === 'MARGINAL') {
          process.stderr.write(`warning: ${report.reason}; watch the H-mean of your own runs\n`);
        }
        if (report.verdict === 'UNACCEPTABLE' || report.verdict === 'INCONCLUSIVE') process.exitCode = 1;
      } catch (error) {
        if (!(error instanceof RunInterrupted)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = INTERRUPTED;
      } finally {
        release();
      }
    });
}

/** Without the curves, which are in `report.json`. */
function toJson(report: Report): string {
  return JSON.stringify(report, (key, value) => (key === 'curves' ? undefined : value), 2);
}

function describe(report: Report, plan: Plan): string {
  return [
    '',
    `${report.verdict}: ${report.reason}.`,
    ...report.remarks,
    '',
    columns(measuresTable(report)),
    '',
    columns(costTable(report)),
    '',
    columns(runsTable(report)),
    '',
    `Report: ${printable(plan.folder)}/report.html (and report.md, report.json)`,
    '',
  ].join('\n');
}
