import { ImageError } from 'inkstone-detect';

/** A request that is refused, with its HTTP status. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

const IMAGE_STATUS: Readonly<Record<ImageError['reason'], number>> = {
  damaged: 400,
  'too-large': 413,
  unsupported: 415,
};

/** What the client did wrong; undefined when it is the server's fault. */
export function refusal(error: unknown): RequestError | undefined {
  if (error instanceof RequestError) return error;
  if (error instanceof ImageError) return new RequestError(IMAGE_STATUS[error.reason], error.message);
  return undefined;
}
