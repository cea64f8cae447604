import { type HeightClass, METRICS } from '../metrics/index.js';
import { columns } from './table.js';

/** How much of the texts of each height was found, in columns. Empty where there are no texts. */
export function heightTable(classes: readonly HeightClass[]): string {
  const [first] = classes;
  if (first === undefined) return '';
  const measured = METRICS.filter(({ name }) => first.recall[name] !== undefined);
  return columns({
    header: ['text height', 'texts', ...measured.map(({ title }) => `${title} recall`)],
    rows: classes.map(({ from, below, texts, recall }) => [
      below === null ? `${from} pixels or more` : `${from} to ${below} pixels`,
      `${texts}`,
      ...measured.map(({ name }) => recall[name]!.toFixed(4)),
    ]),
  });
}
