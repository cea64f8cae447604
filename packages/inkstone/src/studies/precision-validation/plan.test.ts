import { describe, expect, it } from 'vitest';
import { planValidation } from './plan.js';

const plan = (candidate: string, overrides: readonly string[] = [], trials = 1) =>
  planValidation({ candidate, overrides, trials });

describe('planValidation', () => {
  it('gives both sides everything alike but the precision', () => {
    const [trial] = plan('fp16_safe', ['trainer.gradient_clip_val=1.5']).trials;
    const { trainer, exp_name, ...rest } = trial!.baseline;
    const { trainer: otherTrainer, exp_name: otherName, ...otherRest } = trial!.candidate;
    expect(rest).toEqual(otherRest);
    expect({ ...trainer, precision: '16-mixed' }).toEqual(otherTrainer);
    expect(trainer).toMatchObject({
      precision: '32-true',
      accumulate_grad_batches: 2,
      gradient_clip_val: 1.5,
    });
    expect([exp_name, otherName]).toEqual(['32-true-seed42', 'fp16_safe-seed42']);
  });

  it('trains 3 epochs unless an override says otherwise', () => {
    const epochs = (...overrides: string[]) =>
      plan('fp16_safe', overrides).trials[0]?.candidate.trainer.max_epochs;
    expect(epochs()).toBe(3);
    expect(epochs('trainer.max_epochs=7')).toBe(7);
  });

  it('counts seeds up, and shares baselines between candidates', () => {
    const folders = (candidate: string) =>
      plan(candidate, ['seed=5', 'exp_name=x'], 2).trials.map(({ seed, baseline }) => [
        seed,
        baseline.runs_dir,
        baseline.exp_name,
      ]);
    expect(folders('bf16_safe')).toEqual([
      [5, 'runs/x-precision/runs', '32-true-seed5'],
      [6, 'runs/x-precision/runs', '32-true-seed6'],
    ]);
    expect(folders('fp16_safe')).toEqual(folders('bf16_safe'));
    expect(plan('bf16_safe', ['exp_name=x']).folder).toBe('runs/x-precision/bf16_safe');
  });

  it('lets nothing end one side earlier, and observes both', () => {
    const overrides = [
      'callbacks.early_stopping.patience=1',
      'callbacks.overlays=null',
      'logger.jsonl=false',
    ];
    expect(plan('fp16_safe', overrides).trials[0]?.baseline).toMatchObject({
      callbacks: { early_stopping: null, overlays: { images: 4 } },
      logger: { jsonl: true },
      trainer: { log_every_n_steps: 1 },
    });
  });

  it.each([
    ['fp16_safe', ['trainer=default'], /"trainer=default": name the candidate with --candidate/],
    ['fp16_safe', ['+trainer.precision=16-mixed'], /chosen with --candidate/],
    ['fp16_safe', ['resume=last'], /repeat the same call/],
    ['default', [], /trains in 32-true, which is what candidates are compared with/],
    ['fp16_save', [], /fp16_save/],
  ])('%s with %j is refused', (candidate, overrides, message) => {
    expect(() => plan(candidate, overrides)).toThrow(message);
  });
});
