const DENIED = 'permission denied';
const NOT_A_FOLDER = 'a file stands where a folder should be';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: NOT_A_FOLDER,
  EEXIST: NOT_A_FOLDER,
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its path leads in a circle of links',
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  ERR_INVALID_ARG_VALUE: 'its name holds a NUL character',
};

/** What the system complained of, in words for people; its own words where it is something rare. */
export function systemReason(error: unknown): string {
  const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
  return reason ?? (error instanceof Error ? error.message : String(error));
}
