import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { InkstoneError, InputError } from './error.js';
import { systemReason } from './system-reason.js';

export type Contents = string | Uint8Array | readonly Uint8Array[];

const MAKE_ROOM = 'make room';
const ELSEWHERE = 'choose a folder that you may write to';
const OTHER_FOLDER = 'choose another folder';
const OTHER_NAME = 'choose another name';
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: MAKE_ROOM,
  EDQUOT: MAKE_ROOM,
  EACCES: ELSEWHERE,
  EPERM: ELSEWHERE,
  EROFS: ELSEWHERE,
  ENOENT: 'make its folder first',
  ENOTDIR: OTHER_FOLDER,
  EEXIST: OTHER_FOLDER,
  ELOOP: OTHER_FOLDER,
  EISDIR: OTHER_NAME,
  ENAMETOOLONG: 'choose a shorter one',
  ERR_INVALID_ARG_VALUE: OTHER_NAME,
};

/** A file could not be written. What was there before is whole; nothing half-written stays. */
export class RunFileError extends InkstoneError {
  override readonly exitCode: 1 | 2;

  constructor(file: string, cause: unknown) {
    const advice = ADVICE[(cause as NodeJS.ErrnoException).code ?? ''];
    const why = [systemReason(cause), ...(advice === undefined ? [] : [advice])].join('; ');
    super(`${file}: cannot be written: ${why}`, { cause });
    // A place with no room left was rightly chosen.
    this.exitCode = advice === undefined || advice === MAKE_ROOM ? 1 : 2;
  }
}

/**
 * `replaceFile` for what must survive a power cut. Of a link, what it leads to is replaced. Throws RunFileError.
 *
 * @param expectOurs looks, when all is written and nothing is replaced yet, whether the folder is still the one that is meant, and
 *   throws if not
 */
export function writeAtomically(file: string, contents: Contents, expectOurs: () => void = () => {}): void {
  try {
    const target = isLink(file) ? realpathSync(file) : file;
    replaceFile(target, contents, (descriptor) => {
      fsyncSync(descriptor);
      expectOurs();
    });
    syncFolder(dirname(target));
  } catch (error) {
    throw new RunFileError(file, error);
  }
}

/**
 * The same for a file that must not be there: what came meanwhile stays.
 *
 * @throws InputError when something of that name is there, RunFileError
 */
export function writeNew(file: string, contents: Contents): void {
  try {
    writeBeside(file, contents, fsyncSync, linkOrCopy);
    syncFolder(dirname(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new InputError(alreadyThere(file));
    throw new RunFileError(file, error);
  }
}

/** Writes a result: over what is there if that may be, and as a new file otherwise. Throws as these do. */
export function writeResult(file: string, contents: Contents, overwrite = false): void {
  if (overwrite) writeAtomically(file, contents);
  else writeNew(file, contents);
}

export const alreadyThere = (file: string): string => `${file}: is there already; choose another name`;

/**
 * Replaces `file` as a whole: whoever reads it, at whatever moment, finds the old contents or the new. Leaves no temporary file
 * behind, and throws as the file system did.
 */
export function replaceFile(
  file: string,
  contents: Contents,
  beforeClose: (descriptor: number) => void = () => {},
): void {
  writeBeside(file, contents, beforeClose, renameSync);
}

/** Gives a file a second name, which must be free. Where there are no hard links it is seen before it is whole, for a moment. */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

const randomDigits = (): string =>
  Math.floor(Math.random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');

/** @param place gives what is written the name of `file` */
function writeBeside(
  file: string,
  contents: Contents,
  beforeClose: (descriptor: number) => void,
  place: (temporary: string, file: string) => void,
): void {
  // Processes of several containers may have one number.
  const temporary = `${file}.${process.pid}-${randomDigits()}.tmp`;
  const parts = typeof contents === 'string' ? [Buffer.from(contents)] : [contents].flat();
  try {
    const descriptor = openSync(temporary, 'w');
    try {
      for (const part of parts) {
        for (let written = 0; written < part.length; ) written += writeSync(descriptor, part, written);
      }
      beforeClose(descriptor);
    } finally {
      closeSync(descriptor);
    }
    place(temporary, file);
  } finally {
    // A renamed one is gone.
    rmSync(temporary, { force: true });
  }
}

const isLink = (file: string): boolean =>
  lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/** Makes the rename itself survive a power cut. Not every platform lets a folder be opened. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch {
    // Without it the file is still whole; a power cut may only bring the older one back.
  }
}
