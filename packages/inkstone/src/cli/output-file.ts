import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { alreadyThere, InputError, look, prepareFolder } from '../system/index.js';

/**
 * Before any work: that a result can be written to the file, and that nothing is lost by it.
 *
 * @param overwrite of commands that have `--overwrite`
 * @throws InputError, RunFileError
 */
export function prepareFile(file: string, overwrite?: boolean): void {
  const info = look(file);
  if (info !== undefined && overwrite !== true) {
    throw new InputError(
      `${alreadyThere(file)}${overwrite === undefined ? '' : ', or replace it with --overwrite'}`,
    );
  }
  if (info !== undefined && !statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new InputError(`${file}: is no file that could be replaced; choose another name`);
  }
  prepareFolder(dirname(file));
}
