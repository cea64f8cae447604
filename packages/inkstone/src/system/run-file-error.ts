import { InkstoneError } from './error.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
};

/** A file of the run could not be written. What was there before is whole; nothing half-written stays. */
export class RunFileError extends InkstoneError {
  constructor(file: string, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? message;
    super(`${file}: cannot be written: ${reason}; make room, then go on with resume=last`, { cause });
  }
}
