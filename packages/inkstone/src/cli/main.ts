/**
 * `inkstone`: the commands, and what all of them do with an error. The build makes one CommonJS file of this and of what it imports
 * (scripts/bundle-start.mjs), which Node starts in half the time; what only some calls need is left to `import()`, and so is whatever
 * throws or knows an error of ours: in the bundle it would have a class of its own.
 */
import { Command, CommanderError } from 'commander';
import { outliveReaders, printable, VERSION } from '../system/index.js';
import { COMMANDS } from './commands.js';

const program = new Command('inkstone')
  .description(
    'Trains text detectors: prepared data from a cache that cannot go stale, DBNet in 32 or 16 bits on a CPU.',
  )
  .version(VERSION)
  .enablePositionalOptions()
  .hook('preAction', async (_, command) => {
    const { refuseEmptyValues } = await import('./empty-values.js');
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

async function run(): Promise<void> {
  const [word, next] = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
  const called = word === 'help' ? next : word;
  for (const { name, summary, load } of COMMANDS) {
    const command = name === called ? (await load())() : new Command(name);
    program.addCommand(command.summary(summary));
  }
  exits(program);
  await program.parseAsync();
}

/** Node ends as soon as nothing is left to wait for, and would take work that never comes to an end for done. */
const onUnfinished = (): void => {
  process.stderr.write(
    'error: the work is not done, and nothing is left to wait for; this is a mistake in Inkstone, please report it\n',
  );
  process.exitCode = 1;
};

outliveReaders(process.stdout, process.stderr);
process.once('beforeExit', onUnfinished);
run()
  .catch(async (error) => {
    // So end --help and --version.
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const { reportError } = await import('./errors.js');
    process.exitCode = reportError(error);
  })
  .finally(() => process.off('beforeExit', onUnfinished));
