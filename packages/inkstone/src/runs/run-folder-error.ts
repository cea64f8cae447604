/** The run folder cannot be taken: it is someone else's. */
export class RunFolderError extends Error {
  override readonly name = 'RunFolderError';
}
