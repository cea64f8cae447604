import type { ConfigFile } from './config-file.js';
import { type ConfigTree, getPath, leaves, type Origins } from './tree.js';

interface Replaced {
  readonly path: string;
  /** Where the user's value stands, and where the one that replaced it. */
  readonly own: string;
  readonly by: string;
  readonly value: unknown;
}

/**
 * Notes what a built-in recipe sets over a group of the user's own: recipes are taken after all other groups, and who chose the
 * group would not see that its value does not count.
 */
export class Overruled {
  readonly #ownPlaces = new Set<string>();
  readonly #replaced: Replaced[] = [];

  /** Called before a file of the user's is merged. */
  noteOwn(source: ConfigFile): void {
    for (const path of leaves(source.content).keys()) this.#ownPlaces.add(source.originOf(path).place);
  }

  /** Called before a built-in file is merged into the root of `tree`. */
  noteBuiltIn(source: ConfigFile, tree: ConfigTree, origins: Origins): void {
    for (const [path, value] of leaves(source.content)) {
      const own = origins.of(path);
      const isOther = JSON.stringify(getPath(tree, path)) !== JSON.stringify(value);
      if (own === undefined || !this.#ownPlaces.has(own) || !isOther) continue;
      this.#replaced.push({ path, own, by: source.originOf(path).place, value });
    }
  }

  /** One line a value. What was set once more, by a file or an override, is left out. */
  describe(origins: Origins): string[] {
    return this.#replaced
      .filter(({ path, by }) => origins.of(path) === by)
      .map(({ path, own, by, value }) => `${path} of ${own} (${by} sets ${JSON.stringify(value)})`);
  }
}
