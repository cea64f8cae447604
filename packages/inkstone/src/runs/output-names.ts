/** Under which names the results of many pictures may lie in one folder: no two of one name, and each found again. */
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';

export interface OutputName {
  /** The picture's path below the folder that all of them share, with `/`: what label files call it. */
  readonly image: string;
  /** `image` without its suffix; with it for all of them, when two would be alike without. */
  readonly stem: string;
}

/** A name for each picture; the results of `a/x.png` and `b/x.png` lie in folders `a` and `b`. */
export function outputNames(files: readonly string[]): OutputName[] {
  const paths = files.map((file) => resolve(file));
  const shared = paths.map(dirname).reduce(sharedFolder, dirname(paths[0] ?? sep));
  const images = paths.map((path) => relative(shared, path).split(sep).join('/'));
  const stems = images.map((image) => image.slice(0, image.length - extname(image).length));
  const alike = new Set(stems).size < stems.length;
  return images.map((image, index) => ({ image, stem: alike ? image : (stems[index] as string) }));
}

/** The deepest folder that holds both. */
function sharedFolder(a: string, b: string): string {
  let folder = a;
  while (relative(folder, b).split(sep)[0] === '..') folder = dirname(folder);
  return folder;
}

const OVERLAY_SUFFIX = '.overlay.png';

export const overlayFile = ({ stem }: OutputName): string => `${stem}${OVERLAY_SUFFIX}`;

export const resultFile = ({ stem }: OutputName): string => join(dirname(stem), `res_${basename(stem)}.txt`);

/** Without the overlays that an earlier call drew of other pictures of the same folder. */
export function withoutOverlays(pictures: readonly string[]): string[] {
  const names = new Set(
    pictures.flatMap((path) => [path, path.slice(0, path.length - extname(path).length)]),
  );
  return pictures.filter(
    (path) => !path.endsWith(OVERLAY_SUFFIX) || !names.has(path.slice(0, -OVERLAY_SUFFIX.length)),
  );
}
