export interface TextAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

interface Limits {
  /** For the whole answer. */
  readonly milliseconds: number;
  /** Gives up before that. */
  readonly signal: AbortSignal;
}

/**
 * The answer as a text, or an error in time: a `TimeoutError` when it is late. `fetch` alone promises neither, because once the headers are
 * there, Node may collect what links its signal to the body (nodejs/undici#3644), and a body that stalls is waited for without end.
 */
export async function fetchText(
  url: URL,
  request: RequestInit,
  { milliseconds, signal }: Limits,
): Promise<TextAnswer> {
  signal.throwIfAborted();
  const end = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    end.signal.addEventListener('abort', () => reject(end.signal.reason));
  });
  const stop = () => end.abort(signal.reason);
  signal.addEventListener('abort', stop);
  const timer = setTimeout(() => end.abort(new DOMException('too late', 'TimeoutError')), milliseconds);
  try {
    const answer = await Promise.race([fetch(url, { ...request, signal: end.signal }), stopped]);
    return { ok: answer.ok, status: answer.status, text: await bodyOf(answer, stopped) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Read until `stopped` rejects. */
async function bodyOf(answer: Response, stopped: Promise<never>): Promise<string> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return '';
  const chunks: Uint8Array[] = [];
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), stopped]);
      if (done) return Buffer.concat(chunks).toString();
      chunks.push(value);
    }
  } catch (error) {
    // Closes the connection, which would keep the process alive.
    reader.cancel().catch(() => {});
    throw error;
  }
}
