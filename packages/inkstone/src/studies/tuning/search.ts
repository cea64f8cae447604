/** The best of many settings, one key after the other. */

/** Values that a part of the settings may take. */
export type Axis<T> = readonly Partial<T>[];

export interface Tried<T, S> {
  readonly settings: T;
  readonly result: S;
}

/**
 * Coordinate ascent: every axis in turn takes the value that `better` likes most, until a round over all axes changes nothing.
 * Settings that were tried before are not tried again. It ends, because every change is for the better.
 *
 * @returns the best, and how many settings were looked at
 */
export async function searchSettings<T extends object, S>(
  start: T,
  axes: readonly Axis<T>[],
  look: (settings: T) => Promise<S>,
  better: (one: S, other: S) => boolean,
): Promise<{ readonly first: Tried<T, S>; readonly best: Tried<T, S>; readonly looked: number }> {
  const known = new Map<string, S>();
  const lookOnce = async (settings: T): Promise<Tried<T, S>> => {
    const key = JSON.stringify(settings);
    const result = known.get(key) ?? (await look(settings));
    known.set(key, result);
    return { settings, result };
  };
  const first = await lookOnce(start);
  let best = first;
  for (let before: typeof best | undefined; before !== best; ) {
    before = best;
    for (const axis of axes) {
      for (const values of axis) {
        const tried = await lookOnce({ ...best.settings, ...values });
        if (better(tried.result, best.result)) best = tried;
      }
    }
  }
  return { first, best, looked: known.size };
}
