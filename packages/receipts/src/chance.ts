/** Choices on top of a random stream, in the words that receipts need. */
import type { RandomStream } from 'inkstone-detect/random';

export function pick<T>(random: RandomStream, items: readonly T[]): T {
  return items[Math.floor(random.uniform() * items.length)];
}

/** Evenly distributed integer, both ends included. */
export function whole(random: RandomStream, min: number, max: number): number {
  return min + Math.floor(random.uniform() * (max - min + 1));
}

/** Replaces each `#` by a digit and each `@` by a capital letter: `fill(random, '03-####')` is `03-5290`. */
export function fill(random: RandomStream, pattern: string): string {
  return pattern.replace(/[#@]/g, (mark) =>
    mark === '#' ? String(whole(random, 0, 9)) : String.fromCharCode(65 + whole(random, 0, 25)),
  );
}

/** `count` different items, in random order. */
export function sample<T>(random: RandomStream, items: readonly T[], count: number): T[] {
  return random.shuffle([...items]).slice(0, count);
}
