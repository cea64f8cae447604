/** The comparison as people read it: a table, and in words what was gained, lost and written. */
import { chosenMetrics, METRICS, type MetricName, metricNamed } from '../../metrics/index.js';
import { counted } from '../../system/index.js';
import type { Table } from '../table.js';
import type { BeforeAfter, JudgedSet } from './result.js';

/**
 * What another seed alone moved the H-means by on SROIE (docs/mixed-precision.md): less is no news. DetEval's is that of runs from
 * fresh weights.
 */
const CHANCE: Readonly<Record<MetricName, number>> = { cleval: 0.002, iou: 0.005, deteval: 0.02 };

export function beforeAfterTable({ sets }: BeforeAfter): Table {
  const rows = sets.flatMap(({ name, before, after }) =>
    METRICS.map(({ name: metric, title }) => [
      `${name}: ${title} H-mean`,
      before[metric].toFixed(4),
      after[metric].toFixed(4),
      signed(after[metric] - before[metric]),
    ]),
  );
  return { header: ['', 'before', 'after', 'change'], rows };
}

const signed = (change: number): string => `${change < 0 ? '' : '+'}${change.toFixed(4)}`;

export function beforeAfterNotes({ metric, after, sets }: BeforeAfter): string[] {
  const [val, ...others] = sets as [JudgedSet, ...JudgedSet[]];
  const goal = metric === 'all' ? 'the mean of the H-means' : `the ${metricNamed(metric).title} H-mean`;
  const gain = chosenMetrics(metric).reduce((sum, name) => sum + val.after[name] - val.before[name], 0);
  return [
    `Both were judged with the boxes that suit them best, chosen on the ${counted(val.images, 'image')} of val for ${goal}, as ` +
      `inkstone tune does. ${after.weights} makes its boxes that way now. Expect a little less on other images.`,
    ...(gain > 0 ? [] : ['Training gained nothing on val: go on with the detector before.']),
    ...others.map(forgettingOf),
    ...(others.length > 0
      ? []
      : [
          'What it forgot, only a data set shows that was not trained on: before_after.also=[path/to/data], or [synthetic] for drawn receipts.',
        ]),
  ];
}

function forgettingOf({ name, images, before, after }: JudgedSet): string {
  const lost = METRICS.filter(({ name }) => before[name] - after[name] > CHANCE[name]).map(
    (metric) => `${(before[metric.name] - after[metric.name]).toFixed(4)} of its ${metric.title} H-mean`,
  );
  const chance = METRICS.map(({ name, title }) => `${title}: ${CHANCE[name]}`).join(', ');
  const where = `on ${name} (${counted(images, 'image')}, not trained on)`;
  return lost.length === 0
    ? `No forgetting: ${where} no H-mean fell by more than another seed moved it on SROIE (${chance}).`
    : `Forgetting: ${where} the detector lost ${lost.join(', ')}.`;
}
