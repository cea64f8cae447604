import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';

/** The real path of `name` in the folder `root`. Undefined when nothing is there, or when `..` or a link leads out of the folder. */
export function pathInside(root: string, name: string): string | undefined {
  try {
    const top = realpathSync(root);
    const path = realpathSync(resolve(top, name));
    return path.startsWith(top.endsWith(sep) ? top : top + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}
