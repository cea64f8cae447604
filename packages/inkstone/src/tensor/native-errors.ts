import { InkstoneError } from '../system/index.js';

/** The addon is not there or does not fit this machine; the reference backend still runs. */
export class NativeBackendUnavailableError extends InkstoneError {
  constructor(path: string, options: { cause: unknown }) {
    const reason =
      options.cause instanceof Error ? options.cause.message.split('\n')[0] : String(options.cause);
    super(
      `the native kernels could not be loaded from ${path} (npm run build:native builds them): ${reason}`,
      options,
    );
  }
}

/** A storage did not fit into the machine's memory. */
export class OutOfMemoryError extends InkstoneError {
  constructor(bytes: number, currentBytes: number, options: { cause: unknown }) {
    super(
      `${megabytes(bytes)} more do not fit into memory, ${megabytes(currentBytes)} are in use; ` +
        'use a smaller batch or smaller images',
      options,
    );
  }
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
