/** How the images of the last validation came out: of one run, the worst first; of several, where they differ most. */
import type { ImageResult, ImageResults } from '../../protocol.js';
import { element } from '../element.js';
import { path } from '../server.js';
import { type Column, SortableTable } from '../sortable-table.js';
import { count, score } from '../text.js';

/** More rows are drawn when somebody asks for them. */
const ROWS_AT_FIRST = 50;

const FAULTS = ['missed', 'split', 'merged', 'invented'] as const;
const COUNTS = ['texts', 'found', ...FAULTS] as const;
const TITLES = {
  texts: 'Texts',
  found: 'Found',
  missed: 'Missed',
  split: 'Split',
  merged: 'Merged',
  invented: 'Invented',
} as const;

const wrong = (image: ImageResult): number => FAULTS.reduce((sum, key) => sum + image[key], 0);

const worseFirst = (a: ImageResult, b: ImageResult): number =>
  (a.hmean ?? 0) - (b.hmean ?? 0) || wrong(b) - wrong(a);

export function imagesSection(run: string, { step, images }: ImageResults): HTMLElement {
  const worst = [...images].sort(worseFirst);
  const columns: Column<ImageResult>[] = [
    { title: 'Image', key: ({ id }) => id, cell: (row) => linked(run, row, row.id), isHead: true },
    {
      title: 'H-mean',
      key: ({ hmean }) => hmean ?? undefined,
      cell: ({ hmean }) => score(hmean),
      isNumber: true,
    },
    ...COUNTS.map((key) => ({
      title: TITLES[key],
      key: (row: ImageResult) => row[key],
      cell: (row: ImageResult) => count(row[key]),
      isNumber: true,
    })),
  ];
  const table = new SortableTable('Images of the last validation', columns, {
    title: 'H-mean',
    isDown: false,
  });
  return element(
    'section',
    { 'aria-label': 'Images' },
    element('h2', {}, 'Images, the worst first'),
    element(
      'p',
      { class: 'faint' },
      `The ${count(images.length)} images of the validation at step ${count(step)}.`,
    ),
    pictures(run, worst),
    ...limited(table, worst),
  );
}

/** The images that all of the runs have looked at, those that differ most first; undefined for none. */
export function imageDifferences(
  names: readonly string[],
  results: readonly (ImageResults | null)[],
): HTMLElement | undefined {
  const known = results.filter((result) => result !== null);
  if (known.length < names.length || names.length < 2) return undefined;
  const byId = known.map(({ images }) => new Map(images.map((image) => [image.id, image])));
  const [first, ...others] = byId as [Map<string, ImageResult>, ...Map<string, ImageResult>[]];
  const rows = [...first.keys()]
    .filter((id) => others.every((images) => images.has(id)))
    .map((id) => ({ id, images: byId.map((images) => images.get(id)!) }));
  if (rows.length === 0) return undefined;
  const spread = ({ images }: (typeof rows)[number]) => {
    const scores = images.map(({ hmean }) => hmean ?? 0);
    return Math.max(...scores) - Math.min(...scores);
  };
  const columns: Column<(typeof rows)[number]>[] = [
    { title: 'Image', key: ({ id }) => id, cell: ({ id }) => id, isHead: true },
    ...names.map((name, index) => ({
      title: name,
      key: ({ images }: (typeof rows)[number]) => images[index]!.hmean ?? undefined,
      cell: ({ images }: (typeof rows)[number]) => scoreOf(name, images[index]!),
      isNumber: true,
    })),
    { title: 'Difference', key: spread, cell: (row) => score(spread(row)), isNumber: true },
  ];
  const table = new SortableTable('H-mean of every image', columns, { title: 'Difference', isDown: true });
  return element(
    'section',
    { 'aria-label': 'Images that differ' },
    element('h2', {}, 'Images, those that differ most first'),
    element(
      'p',
      { class: 'faint' },
      `H-means of the ${count(rows.length)} images that all of these runs were validated on, with what was wrong.`,
    ),
    ...limited(
      table,
      rows.sort((a, b) => spread(b) - spread(a)),
    ),
  );
}

/** The rows that stand first, and a button for the others. */
function limited<Row extends object>(table: SortableTable<Row>, rows: readonly Row[]): HTMLElement[] {
  table.show(rows.slice(0, ROWS_AT_FIRST));
  const place = element('div', { class: 'wide' }, table.element);
  if (rows.length <= ROWS_AT_FIRST) return [place];
  const more = element('button', { type: 'button' }, `Show all ${count(rows.length)}`);
  more.addEventListener('click', () => {
    table.show(rows);
    more.hidden = true;
  });
  return [place, element('p', {}, more)];
}

const pictureOf = (run: string, picture: string): string => path`/api/runs/${run}/overlays/${picture}`;

const linked = (run: string, { picture }: ImageResult, text: string): Node | string =>
  picture === null ? text : element('a', { href: pictureOf(run, picture), target: '_blank' }, text);

const faults = (image: ImageResult): string[] =>
  FAULTS.flatMap((key) => (image[key] > 0 ? [`${image[key]} ${key}`] : []));

function scoreOf(run: string, image: ImageResult): Node {
  const figure = linked(run, image, score(image.hmean));
  return element(
    'span',
    {},
    figure,
    element('br'),
    element('small', { class: 'faint' }, faults(image).join(', ')),
  );
}

function pictures(run: string, worst: readonly ImageResult[]): HTMLElement {
  const items = worst.flatMap((image) => {
    if (image.picture === null) return [];
    const address = pictureOf(run, image.picture);
    const picture = element('img', { src: address, alt: `What was found on ${image.id}`, loading: 'lazy' });
    return element(
      'li',
      {},
      element('a', { href: address, target: '_blank' }, picture),
      element('p', {}, image.id),
      element('p', { class: 'faint' }, [score(image.hmean), ...faults(image)].join(', ')),
    );
  });
  return element('ul', { class: 'pictures' }, ...items);
}
