/** Talking to the server that the page came from. */

/** Sends `body`, if there is one, as JSON. Throws with what the server says was wrong. */
async function ask(
  method: 'GET' | 'POST',
  path: string,
  signal?: AbortSignal,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(path, {
    method,
    ...(signal && { signal }),
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new Error('inkstone ui does not answer; start it again and open the address that it prints');
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

export const get = <T>(path: string, signal: AbortSignal): Promise<T> =>
  ask('GET', path, signal) as Promise<T>;

export const post = <T>(path: string, body: unknown = {}): Promise<T> =>
  ask('POST', path, undefined, body) as Promise<T>;

/** A path with names in it that may hold anything. */
export function path(strings: TemplateStringsArray, ...names: readonly string[]): string {
  return strings.reduce((text, part, index) => text + encodeURIComponent(names[index - 1] ?? '') + part);
}

/**
 * Listens to a stream of events until `left` is aborted. A page that nobody sees does not listen, since browsers allow few
 * connections to one server; `restart` is called each time before the stream begins from the start.
 */
export function listen(
  address: string,
  handlers: Readonly<Record<string, (event: never) => void>>,
  restart: () => void,
  left: AbortSignal,
): void {
  let source: EventSource | undefined;
  const close = () => {
    source?.close();
    source = undefined;
  };
  const open = () => {
    source = new EventSource(address);
    // It connects again by itself when the server does not answer for a while, and is told everything anew.
    const listening = source;
    listening.addEventListener('open', () => {
      say('');
      restart();
    });
    listening.addEventListener('error', () => {
      const isOver = listening.readyState === EventSource.CLOSED;
      say(
        isOver
          ? 'inkstone ui was started anew: open the address that it prints.'
          : 'Not connected; trying again …',
      );
    });
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, ({ data }) => handle(JSON.parse(data) as never));
    }
  };
  const follow = () => {
    if (document.hidden) close();
    else if (source === undefined) open();
  };
  left.addEventListener('abort', () => say(''));
  document.addEventListener('visibilitychange', follow, { signal: left });
  left.addEventListener('abort', close);
  follow();
}

/** Beside the navigation: whether what is shown is what there is. */
function say(text: string): void {
  document.getElementById('connection')!.textContent = text;
}
