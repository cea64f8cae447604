/** What can be wrong with two splits that are sound by themselves: pictures in both, or nothing to be judged by. */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { counted, mapConcurrent } from '../system/index.js';
import { DatasetError, readableTexts } from './problems.js';
import { realPath } from './readers/files.js';
import type { Sample, Split } from './sample.js';

/** Samples and the split that they are of. */
export interface SplitPictures {
  readonly split: Split;
  readonly samples: readonly Pick<Sample, 'imagePath'>[];
}

/** Pictures that are named in one message. */
const SHOWN = 10;
/** Bytes of files of one size that are hashed to compare them; where there are more, nobody waits for it. */
const MAX_HASHED = 256 * 2 ** 20;
const CONCURRENT_HASHES = 8;

/**
 * @returns warnings: of pictures of equal bytes, in both splits or twice in one, and of a `val` without text
 * @throws DatasetError when one file stands in both splits
 */
export async function compareSplits(
  train: SplitPictures,
  val: SplitPictures & { readonly samples: readonly Sample[] },
): Promise<string[]> {
  refuseShared(train, val);
  const equal = await equalPictures([train, val]);
  const shared = equal.filter(isAcrossSplits);
  const doubled = equal.filter((group) => !isAcrossSplits(group));
  return [
    ...(readableTexts(val.samples) > 0
      ? []
      : [`[WARN] ${val.split} has no text to find: its scores say nothing`]),
    ...warning(shared, `in ${train.split} and in ${val.split}, so validation looks better than it is`),
    ...warning(doubled, 'twice in one split'),
  ];
}

/** Pictures of equal bytes, together. */
export async function equalPictures(splits: readonly SplitPictures[]): Promise<Picture[][]> {
  const all = splits.flatMap(({ samples, split }) =>
    samples.map(({ imagePath }) => ({ imagePath, split, size: sizeOf(imagePath) })),
  );
  const alike = groupsOf(all, ({ size }) => String(size)).flat();
  if (alike.reduce((sum, { size }) => sum + size, 0) > MAX_HASHED) return [];
  const hashes = await mapConcurrent(alike, CONCURRENT_HASHES, ({ imagePath }) => hashOf(imagePath));
  return groupsOf([...alike.keys()], (i) => hashes[i]).map((group) => group.map((i) => alike[i]));
}

export const isAcrossSplits = (group: readonly Picture[]): boolean =>
  new Set(group.map(({ split }) => split)).size > 1;

export interface Picture {
  readonly imagePath: string;
  readonly split: Split;
  /** Bytes. */
  readonly size: number;
}

function warning(groups: readonly Picture[][], what: string): string[] {
  const [first] = groups;
  if (first === undefined) return [];
  const names = first.map(({ imagePath }) => imagePath).join(' = ');
  return [`[WARN] ${counted(groups.length, 'picture')} of equal content ${what} (first: ${names})`];
}

/** Files of `val` that stand in `train` as well, by whatever name. */
export function sharedPictures(train: SplitPictures, val: SplitPictures): string[] {
  const inTrain = new Set(train.samples.map(({ imagePath }) => realPath(imagePath)));
  return val.samples.map(({ imagePath }) => imagePath).filter((path) => inTrain.has(realPath(path)));
}

function refuseShared(train: SplitPictures, val: SplitPictures): void {
  const shared = sharedPictures(train, val);
  if (shared.length === 0) return;
  throw new DatasetError([
    `${counted(shared.length, 'picture')} in ${train.split} and in ${val.split}, which would judge what was learned by heart; keep each in one:`,
    ...shared.slice(0, SHOWN),
    ...(shared.length > SHOWN ? [`… and ${shared.length - SHOWN} more`] : []),
  ]);
}

/** Those that share their key with another. */
function groupsOf<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** A file that cannot be read any more is like no other: whoever decodes it will say so. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch {
    return path;
  }
  return hash.digest('hex');
}
