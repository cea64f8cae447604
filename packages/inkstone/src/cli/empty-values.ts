import type { Command } from 'commander';
import { InputError } from '../system/index.js';

/** Refuses options and arguments of no characters, which name no file: mostly a shell's variable that is not set. */
export function refuseEmptyValues(command: Command): void {
  const advice = 'is a shell variable in it not set?';
  for (const option of command.options) {
    const values = [command.getOptionValue(option.attributeName())].flat();
    if (values.includes('')) throw new InputError(`${option.long} is empty; ${advice}`);
  }
  if (command.args.includes('')) throw new InputError(`an argument of ${command.name()} is empty; ${advice}`);
}
