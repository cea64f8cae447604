import { appendFileSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/receipt-folder.js';
import { postprocessSchema } from '../../detection/index.js';
import { thisProcess } from '../../system/index.js';
import { line, writeRun, writeSummary } from './run.testing.js';
import { RunsFolder } from './runs-folder.js';

const lock = (folder: string, process: object) =>
  writeFileSync(join(folder, '.running-1.json'), JSON.stringify({ ...thisProcess(), ...process }));

describe('the folder of runs', () => {
  it('has no runs before it is made', () => {
    expect(new RunsFolder('/nowhere/runs').names()).toEqual([]);
  });

  it('lists what runs have made, and nothing that a link leads to', () => {
    const [runs, elsewhere] = [temporaryFolder(), temporaryFolder()];
    writeRun(runs, 'mine');
    mkdirSync(join(runs, 'notes'));
    writeFileSync(join(runs, 'file'), '');
    symlinkSync(writeRun(elsewhere, 'other'), join(runs, 'link'));
    const folder = new RunsFolder(runs);
    expect(folder.names()).toEqual(['mine']);
    for (const name of [
      'link',
      'notes',
      'file',
      '..',
      '.',
      '',
      '../mine',
      `../${runs}/mine`,
      'mine/',
      'a\0',
    ]) {
      expect(folder.folderOf(name)).toBeUndefined();
    }
  });

  it('lists the runs of a precision study under its name', () => {
    const [runs, elsewhere] = [temporaryFolder(), temporaryFolder()];
    writeRun(join(runs, 'mine-precision/runs'), '32-true-seed42');
    writeRun(join(runs, 'mine-precision/other'), 'no-trial');
    writeRun(join(runs, 'notes/runs'), 'no-study');
    writeRun(join(elsewhere, 'runs'), 'other');
    mkdirSync(join(runs, 'linked-precision'));
    symlinkSync(join(elsewhere, 'runs'), join(runs, 'linked-precision/runs'));
    const folder = new RunsFolder(runs);
    const name = 'mine-precision/runs/32-true-seed42';
    expect(folder.names()).toEqual([name]);
    expect(folder.row(name)).toMatchObject({ name, step: 10 });
    for (const other of [
      'linked-precision/runs/other',
      'mine-precision/other/no-trial',
      'notes/runs/no-study',
      'mine-precision/runs/..',
      'mine-precision/runs/../runs/32-true-seed42',
      '../mine-precision/runs',
    ]) {
      expect(folder.folderOf(other), other).toBeUndefined();
    }
  });

  it('says how a run stands by its last whole line', () => {
    const runs = temporaryFolder();
    const folder = writeRun(runs, 'mine', 10);
    lock(folder, {});
    const run = new RunsFolder(runs);
    expect(run.row('mine')).toMatchObject({
      name: 'mine',
      state: 'running',
      step: 10,
      epoch: 2,
      best: null,
      isHere: true,
    });
    appendFileSync(join(folder, 'metrics.jsonl'), `${line({ step: 20, epoch: 3 })}{"step":30`);
    expect(run.row('mine')).toMatchObject({ step: 20, epoch: 3 });
  });

  it('says that a run was killed, or runs where no signal reaches it', () => {
    const runs = temporaryFolder();
    const folder = writeRun(runs, 'mine');
    const run = new RunsFolder(runs);
    lock(folder, { boot: 'before the restart' });
    utimesSync(join(folder, '.running-1.json'), 1, 1);
    expect(run.row('mine')).toMatchObject({ state: 'killed' });
    lock(folder, { host: 'elsewhere', boot: 'another' });
    expect(run.row('mine')).toMatchObject({ state: 'running', isHere: false });
  });

  it('has the best score from the summary, until the run has gone on', () => {
    const runs = temporaryFolder();
    const folder = writeRun(runs, 'mine', 10);
    const run = new RunsFolder(runs);
    expect(run.row('mine')).toMatchObject({ state: 'failed', best: null });
    writeSummary(folder, 'interrupted', 10);
    expect(run.row('mine')).toMatchObject({ state: 'interrupted', best: 0.75, bestStep: 10 });
    appendFileSync(join(folder, 'metrics.jsonl'), line({ step: 20, epoch: 3 }));
    expect(run.row('mine')).toMatchObject({ state: 'failed', step: 20 });
  });

  it('has the error that a run ended with, until it goes on', () => {
    const runs = temporaryFolder();
    const folder = writeRun(runs, 'mine', 10);
    writeFileSync(join(folder, 'failure.txt'), 'No space left\n');
    const run = new RunsFolder(runs);
    expect(run.details('mine')).toMatchObject({ row: { state: 'failed' }, failure: 'No space left' });
    writeSummary(folder, 'finished', 10);
    expect(run.details('mine')).toMatchObject({ row: { state: 'finished' }, failure: null });
  });

  it('shows a run whose files are damaged, and the others', () => {
    const runs = temporaryFolder();
    const damaged = writeRun(runs, 'damaged');
    writeFileSync(join(damaged, 'summary.json'), '{"exp_name":');
    writeFileSync(join(damaged, 'metrics.jsonl'), 'rubbish\n');
    writeFileSync(join(damaged, 'checkpoints/best.json'), 'rubbish');
    writeSummary(writeRun(runs, 'mine'), 'finished', 10);
    const run = new RunsFolder(runs);
    expect(run.row('damaged')).toMatchObject({ state: 'failed', step: 0, best: null });
    expect(run.row('mine')).toMatchObject({ state: 'finished' });
  });

  it('shows the comparison before and after, unless it is damaged', () => {
    const runs = temporaryFolder();
    const folder = writeRun(runs, 'mine');
    const run = new RunsFolder(runs);
    const shown = () => run.details('mine')!.beforeAfter;
    expect(shown()).toBeNull();
    const detector = { weights: 'best.safetensors', postprocess: postprocessSchema.parse({}) };
    const hmeans = (iou: number) => ({ cleval: 0.9, iou, deteval: 0.8 });
    const set = { name: 'val', split: 'val', images: 2, before: hmeans(0.5), after: hmeans(0.75) };
    const file = join(folder, 'before-after.json');
    writeFileSync(file, JSON.stringify({ metric: 'iou', before: detector, after: detector, sets: [set] }));
    expect(shown()!.table.rows).toContainEqual(['val: IoU > 0.5 H-mean', '0.5000', '0.7500', '+0.2500']);
    expect(shown()!.notes[0]).toContain('best.safetensors makes its boxes that way now');
    writeFileSync(file, '{"metric":');
    expect(shown()).toBeNull();
  });

  it('reads no file that a link in a run leads to', () => {
    const [runs, elsewhere] = [temporaryFolder(), temporaryFolder()];
    const folder = writeRun(runs, 'mine');
    const secret = join(elsewhere, 'secret.png');
    writeFileSync(secret, line({ step: 99 }));
    mkdirSync(join(folder, 'overlays'));
    writeFileSync(join(folder, 'overlays/own.png'), 'own');
    symlinkSync(secret, join(folder, 'overlays/link.png'));
    rmSync(join(folder, 'metrics.jsonl'));
    symlinkSync(secret, join(folder, 'metrics.jsonl'));
    const run = new RunsFolder(runs);
    expect(run.row('mine')).toMatchObject({ step: 0 });
    expect(String(run.overlay('mine', 'own.png'))).toBe('own');
    for (const name of ['link.png', '../metrics.jsonl', '../config.yaml', secret, 'missing.png']) {
      expect(run.overlay('mine', name)).toBeUndefined();
    }
    symlinkSync(secret, join(folder, 'summary.json'));
    expect(run.details('mine')).toMatchObject({ summary: null, config: { batch_size: 4 } });
  });
});
