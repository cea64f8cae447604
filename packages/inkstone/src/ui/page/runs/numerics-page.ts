/** What 16 bits would make of a run's numbers, layer by layer. */
import type { NumericsLayer, NumericsView } from '../../protocol.js';
import { element } from '../element.js';
import type { Page } from '../page.js';
import { get, path } from '../server.js';
import { type Column, SortableTable } from '../sortable-table.js';
import { count } from '../text.js';

const share = (value: number | null): string => {
  if (value === null) return '–';
  if (value === 0) return '0';
  return value < 0.0005 ? '< 0.1 %' : `${(100 * value).toFixed(1)} %`;
};

const numbers = (
  title: string,
  key: {
    [Key in keyof NumericsLayer]: NumericsLayer[Key] extends number | null ? Key : never;
  }[keyof NumericsLayer],
  text: (value: number | null) => string,
): Column<NumericsLayer> => ({
  title,
  key: (layer) => layer[key] ?? undefined,
  cell: (layer) => text(layer[key]),
  isNumber: true,
});

const power = (exponent: number | null): string => (exponent === null ? '–' : `2^${exponent}`);

const COLUMNS: readonly Column<NumericsLayer>[] = [
  { title: 'Layer', key: ({ module }) => module, cell: ({ module }) => module, isHead: true },
  { title: 'Operation', key: ({ operation }) => operation, cell: ({ operation }) => operation },
  { title: 'Lost', key: ({ problem }) => problem ?? undefined, cell: ({ problem }) => problem ?? '' },
  { title: '16-mixed stores', key: ({ storedAs }) => storedAs, cell: ({ storedAs }) => storedAs },
  numbers('Largest activation', 'largestActivation', power),
  numbers('Activations over', 'activationsOver', share),
  numbers('Activations under', 'activationsUnder', share),
  numbers('Largest gradient', 'largestGradient', power),
  numbers('Gradients over', 'gradientsOver', share),
  numbers('Gradients under', 'gradientsUnder', share),
  numbers('Norm lost', 'normLost', share),
];

export const numericsPage: Page = {
  title: ([name]) => `Numerics of ${name ?? ''}`,
  show: async (place, [name = ''], left) => {
    const numerics = await get<NumericsView | null>(path`/api/runs/${name}/numerics`, left);
    if (left.aborted) return;
    place.append(
      element('p', {}, element('a', { href: path`#/runs/${name}` }, name)),
      element('h1', {}, 'Numerics'),
    );
    if (numerics === null) {
      place.append(
        element(
          'p',
          { class: 'faint' },
          'Nobody has looked yet: inkstone numerics --checkpoint with the folder of this run does.',
        ),
      );
      return;
    }
    const { checkpoint, batches, lossScale, advice, layers } = numerics;
    const table = new SortableTable('Layers', COLUMNS, { title: 'Lost', isDown: false }, ({ problem }) =>
      problem === null ? undefined : 'lost',
    );
    table.show(layers);
    place.append(
      element('p', {}, `${checkpoint}: ${count(batches)} training batches, loss scale ${count(lossScale)}.`),
      element('ul', {}, ...advice.map((text) => element('li', {}, text))),
      element(
        'p',
        { class: 'faint' },
        'Over and under: the share of values that float16 would make infinite, and zero; gradients times the loss scale.',
      ),
      element('div', { class: 'wide many-columns' }, table.element),
    );
  },
};
