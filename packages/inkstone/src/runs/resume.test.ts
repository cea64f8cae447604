import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printConfig } from '../config/index.js';
import { createNetwork } from '../detection/index.js';
import { encodeSafetensors } from '../nn/safetensors.js';
import { writeAtomically } from '../system/index.js';
import { loadRunConfig, type RunConfig } from './config.js';
import { describeModel, withPostprocess } from './load-model.js';
import { changesTo, loadResumeConfig, loadTrainConfig, refuseChanges, tunedWarning } from './resume.js';

let folder: string;
let run: string;
const RUN = [
  'data=icdar',
  'data.root=receipts',
  'data.size=320',
  'seed=7',
  'trainer.max_epochs=3',
  'optimizer.lr=0.01',
];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resume-'));
  run = join(folder, 'stop');
  mkdirSync(run);
  const { config } = loadRunConfig({ overrides: [...RUN, 'exp_name=stop', `runs_dir=${folder}`] });
  writeFileSync(join(run, 'config.yaml'), printConfig(config));
});
afterEach(() => rmSync(folder, { recursive: true }));

const resumed = (...overrides: string[]) => loadResumeConfig(run, { overrides }).config;
const keys = (config: RunConfig, saved?: RunConfig) => changesTo(run, config, saved).map(({ key }) => key);

describe('a run that goes on', () => {
  it('has everything from its own config.yaml, and knows its own place', () => {
    expect(resumed()).toMatchObject({
      exp_name: 'stop',
      runs_dir: folder,
      resume: 'last',
      seed: 7,
      data: { name: 'icdar', root: 'receipts', size: 320 },
      optimizer: { lr: 0.01 },
    });
    expect(changesTo(run, resumed(), undefined)).toEqual([]);
  });

  it('is compared with what its checkpoint was trained as, not with a config.yaml that was edited or damaged since', () => {
    const saved = resumed();
    const file = join(run, 'config.yaml');
    const text = readFileSync(file, 'utf8');
    expect(keys(resumed(), saved)).toEqual([]);
    writeFileSync(file, text.replace('lr: 0.01', 'lr: 0.02'));
    expect(keys(resumed(), saved)).toEqual(['optimizer.lr']);
    writeFileSync(file, text.slice(0, text.indexOf('optimizer:')));
    expect(keys(resumed(), saved)).toEqual(
      expect.arrayContaining(['optimizer.lr', 'data.size', 'data.root']),
    );
    expect(() => refuseChanges(run, changesTo(run, resumed(), saved), [])).toThrow(
      /optimizer.lr 0.01 → 0.004/,
    );
  });

  it('keeps the arithmetic of its products, and that of before there was a choice', () => {
    const bf16 = (...overrides: string[]) =>
      loadRunConfig({ overrides: [...RUN, 'trainer=bf16_safe', ...overrides] });
    const { config } = bf16('trainer.arithmetic=half');
    const file = join(run, 'config.yaml');
    writeFileSync(file, printConfig(config));
    expect(resumed().trainer.arithmetic).toBe('half');
    expect(keys(resumed('trainer.arithmetic=storage'), config)).toEqual(['trainer.arithmetic']);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^ *arithmetic: .*\n/m, ''));
    expect(resumed().trainer.arithmetic).toBe('storage');
  });

  it('has it as well when it goes on by train and resume=last, which is typed with nothing else', () => {
    const options = (...overrides: string[]) => ({
      overrides: ['exp_name=stop', `runs_dir=${folder}`, 'resume=last', ...overrides],
    });
    expect(loadTrainConfig(options()).config).toEqual(resumed());
    expect(keys(loadTrainConfig(options(...RUN)).config)).toEqual([]);
    expect(keys(loadTrainConfig(options('data=synthetic')).config)).toEqual(['data.name', 'data.root']);
  });

  it('takes what a --config changes, the groups that it chooses included', () => {
    const configFile = join(folder, 'mine.yaml');
    writeFileSync(
      configFile,
      'defaults:\n  - train\n  - data: synthetic\n  - _self_\ntrainer:\n  max_epochs: 9\n',
    );
    const overrides = ['exp_name=stop', `runs_dir=${folder}`, 'resume=last'];
    expect(keys(loadTrainConfig({ overrides, configFile }).config).sort()).toEqual([
      'data.name',
      'data.root',
      'trainer.max_epochs',
    ]);
  });

  it('goes on under another name when its folder was renamed', () => {
    const { config } = loadResumeConfig(`${run}/`);
    expect(config.exp_name).toBe('stop');
    expect(() => loadResumeConfig(join(folder, 'a b'))).toThrow(/rename the folder/);
  });

  it('may train longer, be watched and cached otherwise', () => {
    const config = resumed(
      'trainer.max_epochs=9',
      'logger=tensorboard',
      'callbacks.early_stopping={}',
      'data.num_workers=0',
      'data/performance_preset=none',
    );
    const changes = changesTo(run, config, undefined);
    expect(changes).toContainEqual({ key: 'trainer.max_epochs', from: 3, to: 9 });
    expect(() => refuseChanges(run, changes, [])).not.toThrow();
  });

  it.each([
    [['data.root=others'], 'data'],
    [['data=synthetic'], 'data'],
    [['data.size=640'], 'data'],
    [['model=dbnet_resnet18'], 'model'],
    [['batch_size=2'], 'batch_size'],
    [['seed=8'], 'seed'],
    [['trainer=fp16_safe'], 'trainer.precision'],
    [['optimizer.name=sgd'], 'optimizer'],
    [['schedule.name=constant'], 'schedule'],
    [['ema_decay=0'], 'ema_decay'],
    [['trainer.accumulate_grad_batches=3'], 'trainer.accumulate_grad_batches'],
    [['data.root=others', 'batch_size=2', 'trainer.max_epochs=4'], 'batch_size,data'],
  ])('does not become another run by %j unless that is allowed', (overrides, allow) => {
    const changes = changesTo(run, resumed(...overrides), undefined);
    expect(() => refuseChanges(run, changes, [])).toThrow(
      new RegExp(
        `^${run} would become another run: .* → .*; allow it with --allow ${allow}[,\\w.]*, or start a new run`,
      ),
    );
    const allowed =
      /--allow (\S+),/.exec(messageOf(() => refuseChanges(run, changes, [])))?.[1]?.split(',') ?? [];
    expect(() => refuseChanges(run, changes, allowed)).not.toThrow();
    expect(() => refuseChanges(run, changes, allowed.slice(1))).toThrow(/would become another run/);
  });

  it('says which of its changes are meant', () => {
    expect(() => refuseChanges(run, changesTo(run, resumed('seed=8'), undefined), ['sed'])).toThrow(
      '--allow sed: there is no such key; did you mean seed?',
    );
    expect(messageOf(() => refuseChanges(run, changesTo(run, resumed('seed=8'), undefined), []))).toContain(
      'seed 7 → 8;',
    );
  });

  it.each(['exp_name=other', '++runs_dir=x', 'init_from=runs/other'])('does not take %s', (override) => {
    expect(() => resumed(override)).toThrow(`"${override}": a run that goes on stays where it is`);
  });

  it('has to be there', () => {
    expect(() => loadResumeConfig(join(folder, 'never'))).toThrow(
      /never: there is no run to go on with \(it has no config\.yaml\); start one with inkstone train/,
    );
  });
});

function messageOf(call: () => void): string {
  try {
    call();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a run whose best was tuned', () => {
  it('is told that the next best will not be', () => {
    const config = resumed();
    expect(tunedWarning(run, config)).toBeUndefined();
    const best = join(run, 'checkpoints', 'best.safetensors');
    mkdirSync(join(run, 'checkpoints'));
    const model = createNetwork(config.model);
    const inkstone = JSON.stringify({ model: describeModel(config, model), step: 1, metrics: {} });
    writeFileSync(best, encodeSafetensors({ tensors: model.stateDict(), metadata: { inkstone } }));
    expect(tunedWarning(run, config)).toBeUndefined();
    writeAtomically(best, withPostprocess(best, { ...config.model.postprocess, threshold: 0.2 }));
    expect(tunedWarning(run, config)).toMatch(
      /best\.safetensors makes its boxes in another way .* tune again at the end/,
    );
  });
});
