import { describe, expect, it } from 'vitest';
import { runFigures } from './figures.testing.js';
import { gradeOf, judge, type TrialFigures } from './verdict.js';

const trial = (baseline: number, candidate: number, seed = 1): TrialFigures => ({
  seed,
  baseline: runFigures({ hmean: baseline, hmean_iou: baseline, hmean_deteval: baseline }),
  candidate: runFigures({ hmean: candidate, hmean_iou: candidate, hmean_deteval: candidate }),
});

const diverged = runFigures({ outcome: 'diverged', failure: 'the loss became NaN', hmean: null });

describe('gradeOf', () => {
  it.each([
    [0, 'ACCEPTABLE'],
    [-0.0099, 'ACCEPTABLE'],
    [0.0099, 'ACCEPTABLE'],
    [-0.01, 'MARGINAL'],
    [0.02, 'MARGINAL'],
    [-0.0201, 'UNACCEPTABLE'],
    [Number.NaN, 'UNACCEPTABLE'],
  ])('%d is %s', (difference, grade) => {
    expect(gradeOf(difference)).toBe(grade);
  });
});

describe('judge', () => {
  it.each([
    [0.8863, 0.885, 'ACCEPTABLE'],
    [0.8863, 0.873, 'MARGINAL'],
    [0.8863, 0.7816, 'UNACCEPTABLE'],
    [0.8863, 0.553, 'UNACCEPTABLE'],
  ])('fp32 %d against %d is %s', (baseline, candidate, verdict) => {
    expect(judge([trial(baseline, candidate)]).verdict).toBe(verdict);
  });

  it('says by how much, and that one trial knows no chance', () => {
    const { reason, remarks } = judge([trial(0.8, 0.76)]);
    expect(reason).toBe("CLEval H-mean 0.7600 is 5.00 % below fp32's 0.8000");
    expect(remarks[0]).toContain('--trials 3');
  });

  it('compares means over trials and measures what a change of seed does', () => {
    const { cleval, verdict, remarks } = judge([trial(0.75, 0.74), trial(1, 0.96, 2)]);
    expect(cleval).toMatchObject({ baseline: 0.875, candidate: 0.85, within_seed_noise: true });
    expect(cleval?.seed_noise).toBeCloseTo(0.25 / 0.875, 10);
    expect(verdict).toBe('UNACCEPTABLE');
    expect(remarks[0]).toContain('may be chance');
  });

  it('takes a diverged candidate for unacceptable, whatever the others did', () => {
    const trials = [trial(0.9, 0.9), { ...trial(0.9, 0.9, 2), candidate: diverged }];
    expect(judge(trials)).toMatchObject({
      verdict: 'UNACCEPTABLE',
      reason: 'the candidate diverged with seed 2: the loss became NaN',
      cleval: null,
    });
  });

  it('cannot judge by an fp32 run that diverged or found nothing', () => {
    expect(judge([{ ...trial(0.9, 0.9), baseline: diverged }]).verdict).toBe('INCONCLUSIVE');
    expect(judge([trial(0, 0.5)])).toMatchObject({ verdict: 'INCONCLUSIVE', cleval: null });
  });

  it.each([
    ['IoU', 'hmean_iou'],
    ['DetEval', 'hmean_deteval'],
  ])('warns when only %s tells them apart', (name, figure) => {
    const one = trial(0.9, 0.9);
    const candidate = { ...one.candidate, [figure]: 0.8 };
    const { verdict, remarks } = judge([{ ...one, candidate }]);
    expect(verdict).toBe('ACCEPTABLE');
    expect(remarks.filter((remark) => remark.startsWith('By '))).toEqual([
      `By ${name} the H-means differ by 11.11 %.`,
    ]);
  });

  it('relates costs by medians, and leaves out what is unknown', () => {
    const costs = (seconds_per_step: number | null) => runFigures({ seconds_per_step });
    const trials = [1, 9, 2].map((seconds) => ({
      seed: 1,
      baseline: costs(2 * seconds),
      candidate: costs(seconds),
    }));
    expect(judge(trials).ratios.seconds_per_step).toBe(0.5);
    expect(
      judge([{ seed: 1, baseline: costs(1), candidate: costs(null) }]).ratios.seconds_per_step,
    ).toBeNull();
  });
});
