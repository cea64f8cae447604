/** Sets that neither training nor the choice of boxes sees. All that can be wrong with them is said before a run trains. */
import { existsSync } from 'node:fs';
import {
  type DataOptions,
  equalPictures,
  findJudged,
  isAcrossSplits,
  openIndex,
  prepareOptions,
  readDataset,
  type Sample,
  type Split,
} from '../../data/index.js';
import { loadRunConfig, type RunConfig } from '../../runs/index.js';
import { counted, InputError } from '../../system/index.js';

/** The receipts of `data=synthetic`, by that name. */
const DRAWN = 'synthetic';

export interface SecondSet {
  /** As the user named it. */
  readonly name: string;
  readonly split: Split;
  /** Settings that read it: the run's own, but for where it is and how it is labelled. */
  readonly data: RunConfig['data'];
}

/** @throws InputError naming the set that is missing, cannot be read, or holds pictures of the run's own */
export async function findSecondSets(
  { data }: Pick<RunConfig, 'data'>,
  roots: readonly string[],
  say: (line: string) => void,
): Promise<SecondSet[]> {
  if (roots.length === 0) return [];
  const { cache_config, cache_splits, ...given } = data;
  const options = await prepareOptions(given, say);
  const own = [...readDataset(options, 'train').samples, ...readDataset(options, 'val').samples];
  const sets: SecondSet[] = [];
  for (const root of roots) {
    try {
      const place = await findPlace(root, options, say);
      const { split, options: found } = await openSet({ ...options, ...place }, own);
      sets.push({ name: root, split, data: { ...found, cache_config, cache_splits } });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`before_after.also: ${error.message}`.split('\n'), { cause: error });
    }
  }
  return sets;
}

/** Where the set lies; drawn there first, when it is Inkstone's own. */
async function findPlace(root: string, options: DataOptions, say: (line: string) => void) {
  if (existsSync(root)) return { root };
  if (root !== DRAWN) {
    const advice = `name its folder, or ${DRAWN} for receipts that Inkstone draws`;
    throw new InputError(`${root}: there is no such data set; ${advice}`);
  }
  const { data } = loadRunConfig({ overrides: [`data=${DRAWN}`] }).config;
  const synthetic = { ...options.synthetic, train_count: 1 };
  return prepareOptions({ ...options, name: DRAWN, root: data.root, synthetic }, say);
}

async function openSet(options: DataOptions, own: readonly Sample[]) {
  const { root } = options;
  const found = findJudged(options);
  const { samples } = await openIndex(found.options, found.split);
  const known = (
    await equalPictures([
      { split: 'train', samples: own },
      { split: 'test', samples },
    ])
  ).filter(isAcrossSplits);
  const [first] = known;
  if (first === undefined) return found;
  const names = first.map(({ imagePath }) => imagePath).join(' = ');
  throw new InputError(
    `${root}: ${counted(known.length, 'picture')} of it ${known.length === 1 ? 'stands' : 'stand'} in the run's own data set too (first: ${names}); ` +
      'name a set that the run does not see',
  );
}
