import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GuardedLogger } from './guarded.js';
import { createLoggers, loggerSchema, Tracker } from './index.js';
import { listening } from './listening.testing.js';
import type { Logger } from './logger.js';
import { Losses } from './losses.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-guarded-'));
  vi.stubEnv('MLFLOW_TRACKING_URI', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it('a tracker that cannot begin costs two lines, and the others get every step', async () => {
  const { said, terminal } = listening();
  writeFileSync(join(folder, 'wandb'), 'a file where its folder should be');
  const config = loggerSchema.parse({ csv: true, wandb: true, mlflow: true, tensorboard: true });
  const tracker = new Tracker(createLoggers(config, { folder, terminal }));
  tracker.restore(0, null);
  tracker.logHyperparameters({ seed: 1 });
  for (const step of [1, 2, 3]) tracker.log(step, { loss: step });
  await tracker.close('finished');
  expect(said).toEqual([
    expect.stringMatching(/^\[WARN\] logger\.wandb: .*The run does not depend on it$/),
    expect.stringMatching(/^\[WARN\] logger\.mlflow: MLFLOW_TRACKING_URI is not set; set it .*depend on it$/),
    '[WARN] logger.wandb: 3 logged steps of this run did not get there',
    '[WARN] logger.mlflow: 3 logged steps of this run did not get there',
  ]);
  const linesOf = (file: string) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
  expect(linesOf('metrics.jsonl')).toHaveLength(3);
  expect(linesOf('metrics.csv')).toHaveLength(4);
});

it('a failure is said once, and later steps are tried all the same', async () => {
  const { said, terminal } = listening();
  const kept: number[] = [];
  const failing: Logger = {
    logMetrics(step) {
      if (step % 2 === 0) throw new Error('no space left');
      kept.push(step);
    },
    close: () => Promise.reject(new Error('nor at the end')),
  };
  const losses = new Losses('own', terminal);
  const tracker = new Tracker([new GuardedLogger(() => failing, losses)]);
  for (const step of [1, 2, 3, 4, 5]) tracker.log(step, { loss: 1 });
  await tracker.close('failed');
  expect(kept).toEqual([1, 3, 5]);
  expect(said).toEqual([
    '[WARN] logger.own: no space left. The run does not depend on it',
    '[WARN] logger.own: 2 logged steps of this run did not get there',
  ]);
});

it('one that cannot take back what comes again gets nothing more', async () => {
  const { said, terminal } = listening();
  const logMetrics = vi.fn();
  const failing: Logger = {
    logMetrics,
    rewind: () => {
      throw new Error('it is damaged');
    },
  };
  const tracker = new Tracker([new GuardedLogger(() => failing, new Losses('own', terminal))]);
  tracker.restore(4, null);
  tracker.log(5, { loss: 1 });
  await tracker.close('finished');
  expect(logMetrics).not.toHaveBeenCalled();
  expect(said.at(-1)).toBe('[WARN] logger.own: 1 logged step of this run did not get there');
});
