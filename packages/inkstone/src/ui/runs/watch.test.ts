import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/receipt-folder.js';
import { RowsWatch } from '../rows-watch.js';
import { line, writeRun } from './run.testing.js';
import { RunsFolder } from './runs-folder.js';
import { FiguresWatch } from './watch.js';

describe('watching the list of runs', () => {
  it('tells of all at first, then of those that came, changed or went', () => {
    const runs = temporaryFolder();
    const folder = new RunsFolder(runs);
    const watch = new RowsWatch(
      (name) => folder.row(name),
      () => folder.names(),
    );
    expect(watch.look()).toEqual({ rows: [], gone: [] });
    expect(watch.look()).toBeUndefined();
    const one = writeRun(runs, 'one');
    writeRun(runs, 'two');
    expect(watch.look()?.rows.map(({ name }) => name)).toEqual(['one', 'two']);
    appendFileSync(join(one, 'metrics.jsonl'), line({ step: 20 }));
    expect(watch.look()?.rows.map(({ name, step }) => [name, step])).toEqual([['one', 20]]);
    rmSync(one, { recursive: true });
    expect(watch.look()).toEqual({ rows: [], gone: ['one'] });
  });
});

describe('watching the figures of a run', () => {
  it('tells what both files say, then what is added to each', () => {
    const runs = temporaryFolder();
    const folder = writeRun(runs, 'mine', 10);
    const watch = new FiguresWatch(new RunsFolder(runs), 'mine');
    const metrics = { run: 'mine', source: 'metrics', isNew: false };
    expect(watch.look()).toEqual([{ ...metrics, rows: [{ step: 10, epoch: 2, 'train/loss': 1 }] }]);
    expect(watch.look()).toEqual([]);
    appendFileSync(join(folder, 'system.jsonl'), line({ step: 10, 'time/a': 2 }));
    appendFileSync(join(folder, 'metrics.jsonl'), '{"step":20');
    expect(watch.look()).toEqual([
      { run: 'mine', source: 'system', isNew: false, rows: [{ step: 10, 'time/a': 2 }] },
    ]);
    appendFileSync(join(folder, 'metrics.jsonl'), '}\n');
    expect(watch.look()).toEqual([{ ...metrics, rows: [{ step: 20 }] }]);
  });

  it('waits for a run that is not there yet', () => {
    const runs = temporaryFolder();
    const watch = new FiguresWatch(new RunsFolder(runs), 'mine');
    expect(watch.look()).toEqual([]);
    writeRun(runs, 'mine', 10);
    expect(watch.look()).toHaveLength(1);
  });
});
