import type { Command } from 'commander';

/** An option that takes one value may be given once: of two values, the first would silently be forgotten. */
export function refuseRepeatedOptions(command: Command): void {
  for (const option of command.options) {
    const { long, required, variadic, parseArg } = option;
    // One that collects its values is told those before.
    if (!required || variadic || (parseArg?.length ?? 0) > 1) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven) command.error(`error: ${long} is given twice; one of the two would not count`);
      isGiven = true;
    });
  }
  for (const child of command.commands) refuseRepeatedOptions(child);
}
