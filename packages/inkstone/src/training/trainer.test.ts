import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointError } from '../nn/index.js';
import { readSafetensors } from '../nn/safetensors.js';
import { backend, setBackend } from '../tensor/index.js';
import type { Callback, Run } from './callback.js';
import { CheckpointCallback } from './callbacks/checkpoint.js';
import { EarlyStoppingCallback } from './callbacks/early-stopping.js';
import { GradientMonitorCallback } from './callbacks/gradient-monitor.js';
import { LearningRateCallback } from './callbacks/learning-rate.js';
import { loadResumeState, restoringFrom, resumePath } from './checkpoint.js';
import { type TinyOptions, type TinyRun, tinyRun } from './trainer.testing.js';

let folder: string;

// The reference backend computes in float64, which a checkpoint of float32 cannot hold bit for bit.
beforeAll(() => setBackend('native'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-trainer-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const checkpoint = (every_n_steps: number | null = null) =>
  new CheckpointCallback({ monitor: 'val/hmean', mode: 'max', every_n_steps });
/** log₂ of the loss scale after each step of the test below. */
const SCALES = [20, 21, 21, 22, 22, 23, 22, 22, 23, 22, 22, 23, 22, 22, 23];
const weights = ({ task }: TinyRun) => [...task.module.stateDict().values()].map(({ data }) => [...data]);

const monitor = { per_layer: true, warn_above: 100, warn_below: 1e-6 };

/** Stands in for a power cut: nothing after the given step happens. */
class Kill extends Error {}
const killAt = (step: number): Callback => ({
  name: 'kill',
  onStepEnd: (run: Run) => {
    if (run.step === step) throw new Kill();
  },
});

async function runKilledAndResumed(
  step: number,
  options: Omit<TinyOptions, 'folder' | 'callbacks'>,
  every = 1,
) {
  const callbacks = () => [
    checkpoint(every),
    new LearningRateCallback(),
    new GradientMonitorCallback(monitor),
  ];
  const killed = tinyRun({ ...options, folder, callbacks: [...callbacks(), killAt(step)] });
  await expect(killed.trainer.fit()).rejects.toThrow(Kill);
  const resumed = tinyRun({ ...options, folder, callbacks: callbacks() });
  resumed.trainer.resume(loadResumeState(resumePath('last', folder)));
  await resumed.trainer.fit();
  await resumed.trainer.parts.tracker.close('finished');
  return resumed;
}

async function undisturbed(options: Omit<TinyOptions, 'folder' | 'callbacks'>) {
  const other = mkdtempSync(join(tmpdir(), 'inkstone-trainer-'));
  const run = tinyRun({
    ...options,
    folder: other,
    callbacks: [checkpoint(1), new LearningRateCallback(), new GradientMonitorCallback(monitor)],
  });
  await run.trainer.fit();
  await run.trainer.parts.tracker.close('finished');
  rmSync(other, { recursive: true });
  return run;
}

describe('Trainer', () => {
  it('gives memory that only training needs back to the system while it validates', async () => {
    const bytes = 64 << 20;
    const reserved: number[] = [];
    const note = () => reserved.push(backend().memory().reservedBytes);
    const memory: Callback = {
      name: 'memory',
      onValidationStart: () => {
        backend().free(backend().alloc('float32', bytes / 4));
        note();
      },
      onValidationBatchEnd: note,
    };
    const trainer = { max_epochs: 1, num_sanity_val_steps: 0 };
    await tinyRun({ folder, trainer, valBatches: 1, callbacks: [memory] }).trainer.fit();
    const [before, during] = reserved as [number, number];
    expect(during).toBeLessThanOrEqual(before - bytes);
  });

  it('learns', async () => {
    const run = tinyRun({ folder, trainer: { max_epochs: 8 } });
    expect(await run.trainer.fit()).toBe('finished');
    await run.trainer.parts.tracker.close('finished');
    const errors = run.rows.flatMap(([, row]) => row['val/error'] ?? []);
    expect(errors.at(-1)).toBeLessThan(0.3 * (errors[0] as number));
  });

  it('logs a row a step with losses, and validation in the row of the step it follows', async () => {
    const run = tinyRun({
      folder,
      callbacks: [new LearningRateCallback(), new GradientMonitorCallback(monitor)],
    });
    await run.trainer.fit();
    await run.trainer.parts.tracker.close('finished');
    expect(run.rows.map(([step]) => step)).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
    expect(run.rows[4]?.[1]).toMatchObject({
      epoch: 0,
      'train/loss': expect.any(Number),
      'train/learning_rate': expect.any(Number),
      'train/gradient_norm': expect.any(Number),
      'val/hmean': expect.any(Number),
    });
    expect(run.rows[3]?.[1]).not.toHaveProperty('val/hmean');
  });

  it('averages the gradients of accumulated batches: steps are counted in updates', async () => {
    const run = tinyRun({ folder, trainer: { accumulate_grad_batches: 2, max_epochs: 2 } });
    await run.trainer.fit();
    // Five batches an epoch: updates after 2, 4 and 5.
    expect(run.trainer.step).toBe(6);
  });

  it('leaves out of a step what cannot be read, and moves no batch into another step', async () => {
    const losses: number[][] = [];
    const note: Callback = {
      name: 'note',
      onUpdate: (run, report) => losses.push([run.batch, report.losses.length]),
    };
    const run = tinyRun({
      folder,
      trainer: { accumulate_grad_batches: 4, max_epochs: 1 },
      trainBatches: 11,
      unreadable: [3, 4, 5, 6, 7, 10],
      callbacks: [note],
    });
    await run.trainer.fit();
    expect(losses).toEqual([
      [4, 3],
      [11, 2],
    ]);
    expect([run.trainer.step, run.trainer.epoch]).toEqual([2, 1]);
  });

  it.each([
    [{ max_steps: 7 }, 7],
    [{ limit_train_batches: 2, max_epochs: 2 }, 4],
    [{ limit_train_batches: 0.5, max_epochs: 2 }, 4],
  ])('ends as told by %j', async (trainer, steps) => {
    const run = tinyRun({ folder, trainer });
    await run.trainer.fit();
    expect(run.trainer.step).toBe(steps);
  });

  it.each([
    [{ val_check_interval: 2 }, [2, 4, 7, 9, 12, 14, 15]],
    [{ val_check_interval: 0.5 }, [2, 4, 7, 9, 12, 14, 15]],
    [{ val_check_interval: 3, accumulate_grad_batches: 2 }, [2, 5, 8, 9]],
    [{ check_val_every_n_epoch: 2 }, [10, 15]],
    [{ check_val_every_n_epoch: null }, [15]],
    [{ limit_val_batches: 0 }, []],
  ])('validates as told by %j', async (trainer, steps) => {
    const run = tinyRun({ folder, trainer });
    await run.trainer.fit();
    await run.trainer.parts.tracker.close('finished');
    expect(run.rows.filter(([, row]) => 'val/hmean' in row).map(([step]) => step)).toEqual(steps);
  });

  it('tries validation before training', async () => {
    const stages: string[] = [];
    const spy: Callback = { name: 'spy', onValidationBatchEnd: (_, { stage }) => stages.push(stage) };
    await tinyRun({
      folder,
      callbacks: [spy],
      trainer: { max_steps: 1, num_sanity_val_steps: 1 },
    }).trainer.fit();
    expect(stages).toEqual(['sanity', 'val', 'val']);
  });

  it('goes on after a kill with the same bits, whatever the step and the settings', async () => {
    const settings = fc.record({
      kill: fc.integer({ min: 1, max: 6 }),
      every: fc.integer({ min: 1, max: 3 }),
      precision: fc.constantFrom('32-true', '16-mixed'),
      emaDecay: fc.constantFrom(0, 0.9),
      trainer: fc.record({
        max_epochs: fc.constant(2),
        accumulate_grad_batches: fc.integer({ min: 1, max: 2 }),
        val_check_interval: fc.constantFrom(null, 2),
      }),
    });
    await fc.assert(
      fc.asyncProperty(settings, async ({ kill, every, ...options }) => {
        const resumed = await runKilledAndResumed(kill, options, every);
        const expected = await undisturbed(options);
        expect(weights(resumed)).toEqual(weights(expected));
        expect(expected.rows.slice(-resumed.rows.length)).toEqual(resumed.rows);
      }),
      { numRuns: 6 },
    );
  });

  it('goes on inside a sequence of growing and overflowing loss scales', async () => {
    const options = {
      precision: '16-mixed',
      // Gradients of the tiny task overflow float16 at 2^23, which comes back to 2^22.
      scaler: { initScale: 2 ** 20, growthInterval: 2 },
      trainer: { max_epochs: 3 },
    } as const;
    const scales = ({ rows }: TinyRun) => rows.map(([, row]) => Math.log2(row['train/loss_scale'] as number));
    const expected = await undisturbed(options);
    expect(scales(expected)).toEqual(SCALES);
    for (const kill of [1, 6, 7]) {
      const resumed = await runKilledAndResumed(kill, options);
      expect(scales(resumed)).toEqual(SCALES.slice(-resumed.rows.length));
      expect(resumed.rows.at(-1)).toEqual(expected.rows.at(-1));
      expect(weights(resumed)).toEqual(weights(expected));
    }
  });

  it.each([1, 2, 3])(
    'ends as if validation %i had not been cut off by an interruption: best, epochs, metrics',
    async (nth) => {
      let validations = 0;
      const first: TinyRun = tinyRun({
        folder,
        callbacks: [
          checkpoint(),
          {
            name: 'interrupt',
            onValidationStart: () => {
              validations += 1;
            },
            onValidationBatchEnd: (_, { stage }) => {
              if (stage === 'val' && validations === nth) first.trainer.interrupt();
            },
          },
        ],
      });
      expect(await first.trainer.fit()).toBe('interrupted');
      expect(first.trainer.step).toBe(5 * nth);
      const second = tinyRun({ folder, callbacks: [checkpoint()] });
      second.trainer.resume(loadResumeState(resumePath('last', folder)));
      await second.trainer.fit();
      await second.trainer.parts.tracker.close('finished');

      const other = mkdtempSync(join(tmpdir(), 'inkstone-trainer-'));
      const whole = tinyRun({ folder: other, callbacks: [checkpoint()] });
      await whole.trainer.fit();
      await whole.trainer.parts.tracker.close('finished');
      for (const name of ['best.safetensors', 'last.safetensors', 'best.json', 'last.json']) {
        expect(readFileSync(join(folder, name)).equals(readFileSync(join(other, name))), name).toBe(true);
      }
      rmSync(other, { recursive: true });
      expect(second.trainer.epoch).toBe(whole.trainer.epoch);
      expect(second.rows).toEqual(whole.rows.slice(-second.rows.length));
    },
  );

  it('counts the last epoch of a run that was killed right after its last step', async () => {
    const killed = tinyRun({ folder, callbacks: [checkpoint(), killAt(15)] });
    await expect(killed.trainer.fit()).rejects.toThrow(Kill);
    const resumed = tinyRun({ folder, callbacks: [checkpoint()] });
    resumed.trainer.resume(loadResumeState(resumePath('last', folder)));
    expect(await resumed.trainer.fit()).toBe('finished');
    expect([resumed.trainer.step, resumed.trainer.epoch, resumed.trainer.batch]).toEqual([15, 3, 0]);
  });

  it('begins an average that the run did not have with its weights, not with fresh ones', async () => {
    const first = tinyRun({ folder, trainer: { max_epochs: 1 }, callbacks: [checkpoint()] });
    await first.trainer.fit();
    const averaged = tinyRun({ folder, emaDecay: 0.9, callbacks: [checkpoint()] });
    averaged.trainer.resume(loadResumeState(resumePath('last', folder)));
    const saved = [...averaged.trainer.parts.updater.weights().values()].map(({ data }) => [...data]);
    expect(saved).toEqual(weights(first));
  });

  it('evaluates and saves the moving average, and trains on without it', async () => {
    const plain = tinyRun({ folder, callbacks: [checkpoint()] });
    await plain.trainer.fit();
    const averaged = tinyRun({ folder, callbacks: [checkpoint()], emaDecay: 0.5 });
    await averaged.trainer.fit();
    expect(weights(averaged)).toEqual(weights(plain));
    const saved = [...readSafetensors(join(folder, 'last.safetensors')).tensors.values()].map(({ data }) => [
      ...data,
    ]);
    expect(saved).not.toEqual(weights(averaged));
  });

  it('names step, epoch and batch when the loss is no number', async () => {
    const run = tinyRun({ folder });
    run.task.module.parameters()[0]?.fill(Number.NaN);
    await expect(run.trainer.fit()).rejects.toThrow(
      /the loss became NaN at step 0 \(epoch 0, batch 0\); lower optimizer\.lr/,
    );
  });

  it('blames the precision and not the learning rate where float16 overflows unnoticed', async () => {
    const run = tinyRun({ folder, precision: '16-unsafe' });
    run.task.module.parameters()[0]?.fill(Number.NaN);
    const message = await run.trainer.fit().catch((error: Error) => error.message);
    expect(message).toMatch(
      /trainer\.precision=16-unsafe lets sums overflow float16; train with trainer=fp16_safe/,
    );
    expect(message).not.toContain('optimizer.lr');
  });
});

describe('restoringFrom', () => {
  const resume = (options: Omit<TinyOptions, 'folder'>) => {
    const { trainer } = tinyRun({ ...options, folder });
    const json = resumePath('last', folder);
    restoringFrom(json, () => trainer.resume(loadResumeState(json)));
  };
  /** As it was before checkpoints carried a checksum. */
  const unsealed = (file: string) => readFileSync(file, 'utf8').replace(/"sha256": "\w+",/, '');
  const stop = () =>
    new EarlyStoppingCallback({ monitor: 'val/hmean', mode: 'max', patience: 9, min_delta: 0 });

  it.each(['adamw', 'sgd'] as const)(
    'refuses the checkpoint of another optimiser: adam, then %s',
    async (other) => {
      await tinyRun({ folder, callbacks: [checkpoint(1)] }).trainer.fit();
      expect(() => resume({ optimizer: other })).toThrow(
        new CheckpointError(
          join(folder, 'last.json'),
          `was written with optimizer.name=adam, and this run has ${other}; go on with optimizer.name=adam, or start ` +
            'anew without resume',
        ),
      );
      expect(() => resume({ optimizer: 'adam' })).not.toThrow();
    },
  );

  it('refuses the state of another optimiser when the checkpoint does not name it', async () => {
    await tinyRun({ folder, callbacks: [checkpoint(1)] }).trainer.fit();
    const file = join(folder, 'last.json');
    writeFileSync(file, unsealed(file).replace('"optimizer": "adam",', ''));
    expect(() => resume({ optimizer: 'sgd' })).toThrow(
      new CheckpointError(file, "the optimiser's state is that of another: weight.exp_avg does not fit"),
    );
  });

  it('names the file and the key when the state of a callback is damaged', async () => {
    await tinyRun({ folder, callbacks: [checkpoint(1), stop()] }).trainer.fit();
    const file = join(folder, 'last.json');
    writeFileSync(file, unsealed(file).replace(/"waited": \d+/, '"waited": "long"'));
    expect(() => resume({ callbacks: [stop()] })).toThrow(
      new CheckpointError(
        file,
        'waited: expected number, received string; go on from the other checkpoint (resume=last, resume=best), or train anew',
      ),
    );
  });
});

describe('CheckpointCallback', () => {
  it('keeps last and best, one state each, and nothing temporary', async () => {
    await tinyRun({ folder, callbacks: [checkpoint(1)] }).trainer.fit();
    const names = readdirSync(folder).map((name) => name.replace(/state-\d+-\d+/, 'state'));
    const expected = ['best.json', 'best.safetensors', 'best.state.safetensors'];
    expect(names.sort()).toEqual(
      [...expected, ...expected.map((name) => name.replace('best', 'last'))].sort(),
    );
    const json = JSON.parse(readFileSync(join(folder, 'last.json'), 'utf8'));
    expect(json).toMatchObject({
      step: 15,
      epoch: 3,
      batch: 0,
      metrics: { 'val/hmean': expect.any(Number) },
    });
  });

  it('says which metrics there are when it watches another', async () => {
    const callback = new CheckpointCallback({ monitor: 'val/hmaen', mode: 'max', every_n_steps: null });
    await expect(tinyRun({ folder, callbacks: [callback] }).trainer.fit()).rejects.toThrow(
      'there is no metric "val/hmaen" to monitor; validation gives val/hmean, val/error',
    );
  });
});

describe('EarlyStoppingCallback', () => {
  it('stops when nothing improves any more', async () => {
    const callback = new EarlyStoppingCallback({
      monitor: 'val/hmean',
      mode: 'max',
      patience: 2,
      min_delta: 1,
    });
    const run = tinyRun({ folder, callbacks: [callback], trainer: { max_epochs: 9 } });
    expect(await run.trainer.fit()).toBe('stopped');
    expect(run.trainer.epoch).toBe(3);
    expect(run.trainer.stopReason).toBe('val/hmean has not improved for 2 validations');
  });

  it('stops a run that was killed between its word and its end, and no later', async () => {
    const start = () => {
      const stop = new EarlyStoppingCallback({
        monitor: 'val/hmean',
        mode: 'max',
        patience: 2,
        min_delta: 1,
      });
      return tinyRun({ folder, callbacks: [stop, checkpoint()], trainer: { max_epochs: 9 } });
    };
    const stopped = start();
    await stopped.trainer.fit();
    const again = start();
    again.trainer.resume(loadResumeState(join(folder, 'last.json')));
    expect(await again.trainer.fit()).toBe('stopped');
    expect(again.trainer.step).toBe(stopped.trainer.step);
    expect(weights(again)).toEqual(weights(stopped));
  });
});
