import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StepReport } from '../../amp/index.js';
import { bar, bytes, duration } from '../../system/units.js';
import { Parameter, setBackend } from '../../tensor/index.js';
import { Terminal } from '../../tracking/index.js';
import type { Run } from '../callback.js';
import { GradientMonitorCallback } from './gradient-monitor.js';
import { Monitor } from './monitor.js';
import { ProfilerCallback, timings } from './profiler.js';
import { ProgressCallback } from './progress.js';

beforeAll(() => setBackend('reference'));

function watch(isTTY: boolean, columns = 200) {
  let text = '';
  const stream = {
    isTTY,
    columns,
    write: (chunk: string) => (text += chunk),
  } as unknown as NodeJS.WriteStream;
  const logged: Record<string, number> = {};
  const run = {
    step: 10,
    epoch: 0,
    batch: 5,
    batchesPerEpoch: 10,
    maxEpochs: 2,
    ranks: 1,
    logsThisStep: true,
    terminal: new Terminal(stream),
    log: (metrics: object) => Object.assign(logged, metrics),
  } as unknown as Run;
  return { run, logged, text: () => text };
}

const report = { samples: 4, waitSeconds: 0.5, computeSeconds: 1.5 };
const update: StepReport = {
  losses: [{ loss: 1.5 }],
  gradientNorm: 1,
  clippedNorm: 1,
  gradients: [],
  skipped: false,
  skippedSteps: 0,
  lossScale: 65536,
};

describe('ProgressCallback', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('draws a bar with throughput and time left in a terminal', () => {
    const { run, text } = watch(true);
    const callback = new ProgressCallback();
    callback.onBatchEnd(run, report);
    expect(text()).toContain('5/10  2.0 images/s');
    callback.onUpdate(run, update);
    expect(text()).toContain('epoch 1/2 ━━━━━━━━━━━━──────────── 5/10  loss 1.5000  2.0 images/s  10 s left');
  });

  it('smooths the losses of all batches of a step, and averages those of an epoch', () => {
    const { run, text } = watch(true);
    const callback = new ProgressCallback();
    callback.onEpochStart();
    callback.onUpdate(run, { ...update, losses: [{ loss: 1 }, { loss: 2 }] });
    expect(text()).toContain('loss 1.1000');
    callback.onUpdate(run, { ...update, losses: [{ loss: 6 }] });
    callback.onEpochEnd(run);
    expect(text()).toMatch(/epoch 1\/2 {2}loss 3\.0000/);
  });

  it('keeps to a line an epoch where the output is no terminal', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { run, text } = watch(false);
    const callback = new ProgressCallback();
    callback.onFitStart();
    for (const epoch of [0, 1]) {
      callback.onEpochStart();
      callback.onBatchEnd(run, report);
      callback.onUpdate(run, update);
      callback.onValidationBatchEnd(run, { stage: 'val', batch: 1, batches: 2, samples: 4 });
      vi.advanceTimersByTime(2000);
      callback.onEpochEnd(Object.assign(run, { epoch }));
    }
    callback.onFitEnd(run);
    expect(text()).toBe(
      'epoch 1/2  loss 1.5000  2.0 images/s  2 s\nepoch 2/2  loss 1.5000  2.0 images/s  2 s\n',
    );
  });

  it('says nothing of an epoch that had no batch left when the run was resumed', () => {
    const { run, text } = watch(false);
    const callback = new ProgressCallback();
    callback.onFitStart();
    callback.onEpochEnd(run);
    expect(text()).toBe('');
  });

  it('draws a bar of its own for the sanity check and validation', () => {
    const { run, text } = watch(true);
    new ProgressCallback().onValidationBatchEnd(run, { stage: 'sanity', batch: 1, batches: 4, samples: 4 });
    expect(text()).toBe('sanity ━━━━━━────────────────── 1/4');
  });
});

describe('GradientMonitorCallback', () => {
  const monitor = (options = {}) =>
    new GradientMonitorCallback({ per_layer: false, warn_above: 100, warn_below: 1e-6, ...options });
  const step = (gradientNorm: number, gradients: StepReport['gradients'] = []): StepReport => ({
    ...update,
    gradientNorm,
    clippedNorm: Math.min(gradientNorm, 5),
    gradients,
  });
  const gradient = (name: string, shape: readonly number[], norm: number, clippedNorm = norm) => {
    const parameter = new Parameter(new Float32Array(shape.reduce((a, b) => a * b)), shape, name);
    return { parameter, norm, clippedNorm };
  };

  it('logs norms and counts, and the precision’s figures', () => {
    const { run, logged } = watch(false);
    monitor().onUpdate(run, step(8));
    expect(logged).toEqual({
      'train/gradient_norm': 8,
      'train/gradient_norm_clipped': 5,
      'train/gradient_overflows': 0,
      'train/gradient_underflows': 0,
      'train/loss_scale': 65536,
      'train/skipped_steps': 0,
    });
  });

  it('logs every parameter’s norm before and after clipping when asked', () => {
    const { run, logged } = watch(false);
    monitor({ per_layer: true }).onUpdate(run, step(10, [gradient('conv.weight', [2, 1], 10, 5)]));
    expect(logged).toMatchObject({ 'gradient/conv.weight': 10, 'gradient_clipped/conv.weight': 5 });
  });

  it('counts overflows and vanished weights over the whole run, resumed or not, and no vanished bias', () => {
    const { run, logged } = watch(false);
    const gradients = [
      gradient('burst.weight', [1, 1], Number.POSITIVE_INFINITY),
      gradient('gone.weight', [1, 1], 1e-9),
      gradient('gone.bias', [1], 0),
      gradient('fine.weight', [1, 1], 0.1),
    ];
    const first = monitor();
    first.onUpdate(run, step(1, gradients));
    const second = monitor();
    second.restore(JSON.parse(JSON.stringify(first.state())));
    second.onUpdate(run, step(1, gradients));
    expect(logged).toMatchObject({ 'train/gradient_overflows': 2, 'train/gradient_underflows': 2 });
  });

  it.each([
    [101, /above 100, most of it in conv\.weight \(2\.00e\+0\)/],
    [1e-7, /below 0\.000001|below 1e-6/],
    [Number.NaN, /no number/],
  ])('warns once of a norm of %d', (norm, message) => {
    const { run, text } = watch(false);
    const callback = monitor();
    const gradients = [gradient('conv.bias', [1], 1), gradient('conv.weight', [1, 1], 2)];
    callback.onUpdate(run, step(norm, gradients));
    callback.onUpdate(run, step(norm, gradients));
    expect(text()).toMatch(message);
    expect(text().split('⚠')).toHaveLength(2);
  });

  it('is silent about an update that was skipped: an overflow is the scaler’s business', () => {
    const { run, text } = watch(false);
    monitor().onUpdate(run, { ...step(Number.POSITIVE_INFINITY), skipped: true });
    expect(text()).toBe('');
  });
});

describe('ProfilerCallback', () => {
  it('tells waiting for data from computing, every so many batches', () => {
    const { run, logged } = watch(false);
    const profiler = new ProfilerCallback({ every_n_batches: 2 });
    profiler.onBatchEnd(run, report);
    profiler.onUpdate(run);
    expect(logged).toEqual({});
    profiler.onBatchEnd(run, report);
    profiler.onUpdate(run);
    expect(logged).toMatchObject({
      'time/batch_seconds_median': 2,
      'time/compute_seconds_p99': 1.5,
      'time/data_wait_share': 0.25,
    });
    expect(logged['memory/rss_bytes']).toBeGreaterThan(1e6);
    expect(logged['memory/rss_peak_bytes']).toBeGreaterThanOrEqual(logged['memory/rss_bytes'] as number);
  });

  it('measures epochs and validation batches, and leaves the sanity check out', () => {
    const { run, logged } = watch(false);
    const profiler = new ProfilerCallback({ every_n_batches: 2 });
    profiler.onValidationBatchEnd(run, { stage: 'sanity', batch: 1, batches: 1, samples: 1 });
    profiler.onValidationStart();
    profiler.onValidationEnd(run);
    expect(logged).not.toHaveProperty('time/validation_batch_seconds_mean');
    profiler.onValidationStart();
    profiler.onValidationBatchEnd(run, { stage: 'val', batch: 1, batches: 1, samples: 1 });
    profiler.onValidationEnd(run);
    profiler.onEpochStart();
    profiler.onEpochEnd(run);
    expect(logged['time/validation_batch_seconds_p95']).toBeGreaterThanOrEqual(0);
    expect(logged['time/epoch_seconds_p95']).toBe(logged['time/epoch_seconds']);
  });

  it('says how many cores an epoch kept busy, also after a resume', () => {
    const { run, logged } = watch(false);
    const profiler = new ProfilerCallback({ every_n_batches: 2 });
    profiler.onEpochStart();
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < 10_000);
    profiler.onEpochEnd(run);
    expect(logged['time/cores_busy']).toBeGreaterThan(0);
    const after = new ProfilerCallback(null);
    after.restore(JSON.parse(JSON.stringify(profiler.state())));
    expect(after.report().epochCores).toEqual([logged['time/cores_busy']]);
    const { cores: _, ...older } = profiler.state();
    after.restore(older);
    expect(after.report().epochCores).toEqual([]);
  });

  it('has the whole run in its report after a resume, but no epoch of which it saw the end alone', () => {
    const { run } = watch(false);
    const before = new ProfilerCallback(null);
    before.onEpochStart();
    before.onBatchEnd(run, report);
    before.onUpdate(run);
    before.onEpochEnd(run);
    const after = new ProfilerCallback(null);
    after.restore(JSON.parse(JSON.stringify(before.state())));
    expect(after.report()).toMatchObject({ ...before.report(), rssPeakBytes: expect.any(Number) });
    after.onEpochEnd(run);
    after.onBatchEnd(run, { ...report, waitSeconds: 0 });
    expect(after.report().epochSeconds).toEqual(before.report().epochSeconds);
    expect(after.report().dataWaitShare).toBeCloseTo(0.5 / 3.5);
  });

  it('has percentiles by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(timings('t', values)).toEqual({ t_mean: 50.5, t_median: 50, t_p95: 95, t_p99: 99 });
    expect(timings('t', [])).toEqual({});
  });
});

describe('Monitor', () => {
  it('counts what improves by more than min_delta, in either direction, and never NaN', () => {
    const improves = (mode: 'max' | 'min', ...values: number[]) => {
      const monitor = new Monitor({ monitor: 'x', mode, min_delta: 0.1 });
      return values.map((x) => monitor.improves({ x }));
    };
    expect(improves('max', Number.NaN, 0.5, 0.55, 0.7, 0.6)).toEqual([false, true, false, true, false]);
    expect(improves('min', 0.5, 0.45, 0.3)).toEqual([true, false, true]);
  });

  it('goes on with its best after a resume, and forgets that of another metric', () => {
    const before = new Monitor({ monitor: 'x', mode: 'max' });
    before.improves({ x: 0.5 });
    const improves = (monitor: string, mode: 'max' | 'min') => {
      const after = new Monitor({ monitor, mode });
      after.restore(before.state());
      return after.improves({ x: 0.4, y: 0.4 });
    };
    expect(improves('x', 'max')).toBe(false);
    expect(improves('y', 'max')).toBe(true);
    const other = new Monitor({ monitor: 'x', mode: 'min' });
    other.restore(before.state());
    expect(other.improves({ x: 0.6 })).toBe(true);
  });
});

describe('figures for people', () => {
  it.each([
    [duration(42.4), '42 s'],
    [duration(185), '3 min 05 s'],
    [duration(3725), '1 h 02 min'],
    [duration(Number.NaN), '–'],
    [bytes(999), '999 B'],
    [bytes(1_234_567), '1.23 MB'],
    [bytes(798e6), '798 MB'],
    [bar(0.5, 4), '━━──'],
    [bar(7, 2), '━━'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
