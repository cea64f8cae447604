/** Run folders for tests, as a run leaves them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const line = (row: Readonly<Record<string, number>>): string => `${JSON.stringify(row)}\n`;

/** `<runs>/<name>` with a configuration and one logged step. */
export function writeRun(runs: string, name: string, step = 10): string {
  const folder = join(runs, name);
  mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  writeFileSync(join(folder, 'config.yaml'), `exp_name: ${JSON.stringify(name)}\nbatch_size: 4\n`);
  writeFileSync(join(folder, 'metrics.jsonl'), line({ step, epoch: 2, 'train/loss': 1 }));
  return folder;
}

export function writeSummary(folder: string, outcome: 'finished' | 'interrupted', steps: number): void {
  const summary = {
    exp_name: 'mine',
    outcome,
    stop_reason: null,
    epochs: 3,
    steps,
    seed: 42,
    precision: '32-true',
    best: { step: steps, metrics: { 'val/hmean': 0.75 } },
    seconds_per_epoch: 1,
    seconds_per_batch: {},
    seconds_per_step: {},
    data_wait_share: 0,
    peak_engine_bytes: 1,
    peak_rss_bytes: 1,
    skipped: {},
    cache: {},
  };
  writeFileSync(join(folder, 'summary.json'), JSON.stringify(summary));
}
