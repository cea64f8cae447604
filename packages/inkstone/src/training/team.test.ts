import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Group } from '../distributed/index.js';
import { joinBySockets } from '../distributed/socket-link.js';
import { setBackend } from '../tensor/index.js';
import type { Callback, Run } from './callback.js';
import { CheckpointCallback } from './callbacks/checkpoint.js';
import { GradientMonitorCallback } from './callbacks/gradient-monitor.js';
import { loadResumeState, resumePath } from './checkpoint.js';
import { refuseUneven } from './team.js';
import { type TinyOptions, type TinyRun, tinyRun } from './trainer.testing.js';

let folder: string;

beforeAll(() => setBackend('native'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-team-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const TIMEOUT = 60;

/** Every rank trains in this process: the groups meet by sockets as processes do. Returns their runs, the lead's first. */
async function trainedBy(
  ranks: number,
  options: Omit<TinyOptions, 'folder' | 'group'>,
  prepare: (run: TinyRun, rank: number) => void = () => {},
): Promise<TinyRun[]> {
  const train = async (rank: number) => {
    const group =
      ranks === 1
        ? undefined
        : new Group(await joinBySockets({ folder, rank, size: ranks }, TIMEOUT), TIMEOUT);
    const run = tinyRun({
      ...options,
      folder,
      group,
      callbacks: [
        new GradientMonitorCallback({ per_layer: true, warn_above: 100, warn_below: 1e-6 }),
        ...(options.callbacks ?? []),
        new CheckpointCallback({ monitor: 'val/hmean', mode: 'max', every_n_steps: 1 }),
      ],
    });
    prepare(run, rank);
    await run.trainer.fit();
    await run.trainer.parts.tracker.close('finished');
    await group?.close();
    return run;
  };
  return Promise.all(Array.from({ length: ranks }, (_, rank) => train(rank)));
}

/** All that a run ends with, bit for bit. */
function endOf({ trainer, rows }: TinyRun) {
  const bits = [...trainer.parts.updater.tensors()].map(([name, { data }]) => [
    name,
    [...new Uint32Array(data.buffer, data.byteOffset, data.length)],
  ]);
  return { bits, rows, state: trainer.parts.updater.state(), step: trainer.step, metrics: trainer.metrics };
}

/** Steps of 4, 4 and 3 batches, two of which cannot be read. */
const STEPS = {
  trainer: { accumulate_grad_batches: 4, max_epochs: 3 },
  trainBatches: 11,
  unreadable: [2, 9],
  valBatches: 5,
  norm: true,
  emaDecay: 0.9,
} as const;

describe('ranks that share the batches of a step', () => {
  it.each(['32-true', '16-mixed', 'bf16-mixed'])(
    'end with the weights, state and figures of one process in %s, bit for bit',
    async (precision) => {
      // So large that steps overflow and are skipped.
      const options = { ...STEPS, precision, scaler: { initScale: 2 ** 20, growthInterval: 2 } };
      const [alone] = (await trainedBy(1, options)) as [TinyRun];
      const expected = endOf(alone);
      if (precision === '16-mixed') expect(expected.state.precision.scaler?.skipped_steps).toBeGreaterThan(0);
      for (const ranks of [2, 4]) {
        for (const run of await trainedBy(ranks, options)) expect(endOf(run)).toEqual(expected);
      }
    },
  );

  it('may be as many as a step has batches, and any number of times a power of two fewer', async () => {
    const options = { ...STEPS, trainer: { accumulate_grad_batches: 6, max_epochs: 2 } };
    const [alone] = (await trainedBy(1, options)) as [TinyRun];
    const [lead] = (await trainedBy(3, options)) as [TinyRun];
    expect(endOf(lead)).toEqual(endOf(alone));
  });

  it('end alike, and near the same, when gradients travel in 16 bits', async () => {
    const [alone] = (await trainedBy(1, STEPS)) as [TinyRun];
    const runs = await trainedBy(4, { ...STEPS, wire: 'bf16' });
    for (const run of runs) expect(endOf(run)).toEqual(endOf(runs[0]!));
    expect(endOf(runs[0]!).bits).not.toEqual(endOf(alone).bits);
    expect(runs[0]!.trainer.metrics['val/error']).toBeCloseTo(
      alone.trainer.metrics['val/error'] as number,
      2,
    );
  });

  it('train a step that has batches for some of them only', async () => {
    const options = { ...STEPS, trainBatches: 5, unreadable: [0, 1], valBatches: 1 };
    const [alone] = (await trainedBy(1, options)) as [TinyRun];
    const [lead] = (await trainedBy(4, options)) as [TinyRun];
    expect(endOf(lead)).toEqual(endOf(alone));
  });

  it.each([
    [4, 1],
    [1, 2],
  ])('go on from a checkpoint of %d with %d, and end with the same bits', async (before, after) => {
    const [undisturbed] = (await trainedBy(1, STEPS)) as [TinyRun];
    class Cut extends Error {}
    const cut: Callback = {
      name: 'cut',
      onUpdate: (run: Run) => {
        if (run.step === 5) throw new Cut();
      },
    };
    await expect(trainedBy(before, { ...STEPS, callbacks: [cut] })).rejects.toThrow(Cut);
    const saved = loadResumeState(resumePath('last', folder));
    expect(saved.run.step).toBe(4);
    const [lead] = (await trainedBy(after, STEPS, ({ trainer }) => trainer.resume(saved))) as [TinyRun];
    expect(endOf(lead).bits).toEqual(endOf(undisturbed).bits);
    expect(endOf(lead).metrics).toEqual(endOf(undisturbed).metrics);
  });

  it('end at the same step when one of them is told to, in training and in validation', async () => {
    for (const hook of ['onBatchEnd', 'onValidationBatchEnd'] as const) {
      const runs = await trainedBy(2, STEPS, ({ trainer }, rank) => {
        const stopper: Callback = {
          name: 'stopper',
          [hook]: (run: Run) => {
            if (rank === 1 && run.step === 3) trainer.interrupt();
          },
        };
        (trainer.parts.callbacks as Callback[]).push(stopper);
      });
      expect(runs.map(({ trainer }) => trainer.step)).toEqual(hook === 'onBatchEnd' ? [4, 4] : [3, 3]);
      expect(endOf(runs[1]!).bits).toEqual(endOf(runs[0]!).bits);
      rmSync(folder, { recursive: true });
      folder = mkdtempSync(join(tmpdir(), 'inkstone-team-'));
    }
  });
});

describe('refuseUneven', () => {
  it.each([
    [1, 1],
    [2, 8],
    [3, 3],
    [3, 12],
    [12, 12],
  ])('takes %d ranks for %d batches', (ranks, batches) => {
    expect(() => refuseUneven(ranks, batches)).not.toThrow();
  });

  it('names the numbers of ranks that would do', () => {
    expect(() => refuseUneven(4, 6)).toThrow(
      /^4 ranks cannot share the 6 batches .*: 3, 6 could\. For 4 ranks/,
    );
  });

  it.each([2, 4])(
    'refuses %d ranks for a step of one batch, of which all but one would do nothing',
    (ranks) => {
      expect(() => refuseUneven(ranks, 1)).toThrow(
        /^\d ranks cannot share a step of one batch .*: 1 could\. /,
      );
    },
  );
});
