#!/usr/bin/env node
/** `inkstone`: the commands, and what all of them do with an error. */
import { Command } from 'commander';
import { outliveReaders, printable, VERSION } from '../system/index.js';
import { COMMANDS } from './commands.js';
import { refuseEmptyValues } from './empty-values.js';
import { reportError } from './errors.js';

const program = new Command('inkstone')
  .description(
    'Trains text detectors: prepared data from a cache that cannot go stale, DBNet in 32 or 16 bits on a CPU.',
  )
  .version(VERSION)
  .enablePositionalOptions()
  .hook('preAction', async (_, command) => {
    refuseEmptyValues(command);
    const { checkEnvironment } = await import('../tensor/index.js');
    checkEnvironment();
  });
// Nothing but main decides how the program ends.
const exits = (command: Command): void => {
  command.exitOverride();
  command.configureOutput({
    outputError: (text, write) => write(text.split('\n').map(printable).join('\n')),
  });
  for (const child of command.commands) exits(child);
};

outliveReaders(process.stdout, process.stderr);
try {
  const [word, next] = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
  const called = word === 'help' ? next : word;
  for (const { name, summary, load } of COMMANDS) {
    const command = name === called ? (await load())() : new Command(name);
    program.addCommand(command.summary(summary));
  }
  exits(program);
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
