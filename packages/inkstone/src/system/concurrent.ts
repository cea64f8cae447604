/**
 * Runs `work` on every item, at most `limit` at a time, taken in order; the results are in the items' order. After a
 * failure no further item is taken, and the call rejects with the first.
 */
export async function mapConcurrent<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  // One queue for all takers. A generator, because leaving a loop over it by an error closes it for the others too.
  const queue = (function* () {
    let index = 0;
    for (const item of items) yield [index++, item] as const;
  })();
  const take = async () => {
    for (const [index, item] of queue) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: limit }, take));
  return results;
}
