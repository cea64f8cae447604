#!/usr/bin/env node
/** `inkstone`: the commands, and what all of them do with an error. */
import { Command } from 'commander';
import { outliveReaders, printable, VERSION } from '../system/index.js';
import { checkEnvironment } from '../tensor/index.js';
import { benchCommand } from './bench.js';
import { buildCommand } from './build.js';
import { cacheCommand } from './cache.js';
import { refuseEmptyValues } from './empty-values.js';
import { reportError } from './errors.js';
import { evaluateCommand } from './evaluate.js';
import { exportCommand } from './export.js';
import { inspectCommand } from './inspect.js';
import { numericsCommand } from './numerics.js';
import { predictCommand } from './predict.js';
import { resumeCommand } from './resume.js';
import { serveCommand } from './serve.js';
import { testCommand } from './test.js';
import { trainCommand } from './train.js';
import { tuneCommand } from './tune.js';
import { uiCommand } from './ui.js';
import { validatePrecisionCommand } from './validate-precision.js';

const program = new Command('inkstone')
  .description(
    'Trains text detectors: prepared data from a cache that cannot go stale, DBNet in 32 or 16 bits on a CPU.',
  )
  .version(VERSION)
  .enablePositionalOptions()
  .hook('preAction', (_, command) => {
    refuseEmptyValues(command);
    checkEnvironment();
  });
const commands = [
  inspectCommand,
  trainCommand,
  resumeCommand,
  testCommand,
  predictCommand,
  tuneCommand,
  evaluateCommand,
  exportCommand,
  serveCommand,
  uiCommand,
  cacheCommand,
  validatePrecisionCommand,
  numericsCommand,
  benchCommand,
  buildCommand,
];
for (const command of commands) program.addCommand(command());
// Nothing but main decides how the program ends.
const exits = (command: Command): void => {
  command.exitOverride();
  command.configureOutput({
    outputError: (text, write) => write(text.split('\n').map(printable).join('\n')),
  });
  for (const child of command.commands) exits(child);
};
exits(program);

outliveReaders(process.stdout, process.stderr);
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
