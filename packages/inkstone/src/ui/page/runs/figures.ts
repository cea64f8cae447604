/** What a run has written, put together from the events of its stream. */
import type { FiguresEvent, FiguresRow } from '../../protocol.js';
import type { Curve } from '../chart.js';

export class Figures {
  readonly #rows = { metrics: [] as FiguresRow[], system: [] as FiguresRow[] };

  take({ source, isNew, rows }: FiguresEvent): void {
    if (isNew) this.#rows[source] = [];
    this.#rows[source].push(...rows);
  }

  clear(): void {
    this.#rows.metrics = [];
    this.#rows.system = [];
  }

  /** Of the rows that have the figure; without values when none has. */
  curve(name: string, convert: (value: number) => number = (value) => value): Curve {
    const steps: number[] = [];
    const values: (number | null)[] = [];
    for (const row of [...this.#rows.metrics, ...this.#rows.system]) {
      const value = row[name];
      if (value === undefined) continue;
      steps.push(row.step);
      // NaN and infinity are null in the files, and a gap in the curve.
      values.push(value === null ? null : convert(value));
    }
    return { steps, values };
  }
}
