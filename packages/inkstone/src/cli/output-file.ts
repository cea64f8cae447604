import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError, prepareFolder } from '../system/index.js';

/**
 * Before any work: that a result can be written to the file, and that nothing is lost by it.
 *
 * @param overwrite of commands that have `--overwrite`
 * @throws InputError, RunFileError
 */
export function prepareFile(file: string, overwrite?: boolean): void {
  if (existsSync(file) && overwrite !== true) {
    const others = overwrite === undefined ? '' : ', or replace it with --overwrite';
    throw new InputError(`${file}: is there already; choose another name${others}`);
  }
  prepareFolder(dirname(file));
}
