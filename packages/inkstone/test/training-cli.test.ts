/** Whole runs through the command line, on a small folder of pictures: resuming after kill and Ctrl-C, and mistakes. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../src/nn/index.js';
import { writeIcdar } from './receipt-folder.js';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-cli-'));
  const samples = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `${prefix}${index}`,
      width: 128,
      height: 96 + 8 * index,
    }));
  await writeIcdar(join(folder, 'data'), 'train', samples('t', 6));
  await writeIcdar(join(folder, 'data'), 'val', samples('v', 2));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = [
  'data=icdar',
  'data.root=data',
  'data.size=64',
  'data.num_workers=0',
  'batch_size=2',
  'trainer.max_epochs=3',
  'trainer.log_every_n_steps=1',
  'schedule.warmup_steps=2',
];

function inkstone(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

const trainSmall = (name: string, ...overrides: string[]) =>
  inkstone(['train', ...SMALL, `exp_name=${name}`, ...overrides]);

const runFile = (name: string, file: string) => join(folder, 'runs', name, file);
const read = (name: string, file: string) => readFileSync(runFile(name, file), 'utf8');
const rows = (name: string): Record<string, number>[] =>
  read(name, 'metrics.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Starts a run and waits until `metrics.jsonl` has a row of this step. */
async function startedRun(name: string, step: number, ...overrides: string[]): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [MAIN, 'train', ...SMALL, `exp_name=${name}`, 'trainer.max_epochs=40', ...overrides],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (child.exitCode !== null) throw new Error(`the run ended early: ${child.stderr?.read()}`);
    const file = runFile(name, 'metrics.jsonl');
    if (existsSync(file) && readFileSync(file, 'utf8').includes(`"step":${step},`)) return child;
  }
}

const exitOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.on('exit', resolve));

describe('inkstone train', () => {
  it('leaves a run folder with configuration, metrics, summary, checkpoints and overlays', () => {
    const { status, stdout, stderr } = trainSmall('whole');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('CLEval H-mean');
    expect(read('whole', 'config.yaml')).toContain('precision: "32-true"');
    expect(rows('whole').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(JSON.parse(read('whole', 'summary.json'))).toMatchObject({
      outcome: 'finished',
      'val/hmean': expect.any(Number),
      'val/hmean_iou': expect.any(Number),
      steps: 9,
      peak_rss_bytes: expect.any(Number),
      cache: { train: { cache_version: expect.any(String) } },
    });
    expect(readdirSync(runFile('whole', 'overlays')).sort()).toEqual(['v0.png', 'v1.png']);
    const names = [...readSafetensors(runFile('whole', 'checkpoints/last.safetensors')).tensors.keys()];
    expect(names).toContain('decoder.lateral.0.weight');
  });

  it('does the same again with the same seed, other threads and workers, and keeps the earlier run', () => {
    const once = trainSmall('twice');
    expect(once.status).toBe(0);
    const metrics = read('twice', 'metrics.jsonl');
    const again = inkstone(
      ['train', ...SMALL, 'exp_name=twice', 'data.num_workers=2', 'data/performance_preset=none'],
      { INKSTONE_THREADS: '1' },
    );
    expect(again.stdout).toContain('The earlier run is kept as runs/twice.1');
    expect(read('twice', 'metrics.jsonl')).toBe(metrics);
    expect(read('twice.1', 'metrics.jsonl')).toBe(metrics);
  });

  it('goes on after kill -9 in the middle of an epoch with the same weights and metrics', async () => {
    const overrides = [
      'trainer.max_epochs=40',
      'callbacks.checkpoint.every_n_steps=2',
      'trainer.max_steps=20',
    ];
    const child = await startedRun('killed', 7, ...overrides);
    child.kill('SIGKILL');
    await exitOf(child);
    const resumed = trainSmall('killed', ...overrides, 'resume=last');
    expect(resumed.stderr).toBe('');
    expect(trainSmall('undisturbed', ...overrides).status).toBe(0);
    const weights = (name: string) =>
      readFileSync(runFile(name, 'checkpoints/last.safetensors')).toString('base64');
    expect(weights('killed')).toBe(weights('undisturbed'));
    expect(read('killed', 'metrics.jsonl')).toBe(read('undisturbed', 'metrics.jsonl'));
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends on %s with a checkpoint and says how to go on',
    async (signal) => {
      const name = signal.toLowerCase();
      const child = await startedRun(name, 2);
      let stderr = '';
      child.stderr?.on('data', (text) => {
        stderr += text;
      });
      child.kill(signal);
      expect(await exitOf(child)).toBe(130);
      expect(stderr).toMatch(
        new RegExp(`interrupted at step \\d+; .* inkstone train .*exp_name=${name}.* resume=last`),
      );
      const { step } = JSON.parse(read(name, 'checkpoints/last.json'));
      const resumed = trainSmall(
        name,
        'trainer.max_epochs=40',
        `trainer.max_steps=${step + 2}`,
        'resume=last',
      );
      expect(resumed.status).toBe(0);
      expect(rows(name).map((row) => row.step)).toEqual(
        Array.from({ length: step + 2 }, (_, index) => index + 1),
      );
    },
  );

  it.each([
    [
      ['trainer.max_epoch=1'],
      2,
      /^error: unknown key trainer\.max_epoch .*did you mean trainer\.max_epochs\?\n$/,
    ],
    [['data.root=nowhere'], 2, /^error: nowhere: there is no such folder; set data\.root to your dataset\n$/],
    [
      ['resume=last', 'exp_name=never'],
      2,
      /^error: runs\/never\/checkpoints\/last\.json: there is no checkpoint to resume; start without resume=last\n$/,
    ],
    [
      ['resume=runs/whole/checkpoints/last', 'model=dbnet_resnet18'],
      2,
      /^error: runs\/whole\/checkpoints\/last\.json: the weights belong to another network \(missing: .*\)\n$/,
    ],
    [
      ['resume=runs/whole/checkpoints/last', 'optimizer.name=sgd'],
      2,
      /^error: runs\/whole\/checkpoints\/last\.json: was written with optimizer\.name=adam, and this run has sgd; go on with optimizer\.name=adam, or start anew without resume\n$/,
    ],
    [['--nonsense'], 2, /^error: unknown option '--nonsense'/],
  ])('says in a line what is wrong with %j', (overrides, status, message) => {
    const result = inkstone(['train', ...SMALL, 'exp_name=wrong', ...overrides]);
    expect(result.stderr).toMatch(message);
    expect(result.status).toBe(status);
  });
});

describe('a full disk', () => {
  const disk = mkdtempSync(join(tmpdir(), 'inkstone-small-disk-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status === 0;

  afterAll(() => {
    if (isMounted) spawnSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  // Only root may mount.
  it.skipIf(!isMounted)(
    'ends the run in a line, with the older checkpoint whole and nothing half-written',
    () => {
      // Without averaged weights, the first checkpoint fits and the second does not.
      const result = trainSmall('full', `runs_dir=${disk}`, 'ema_decay=0');
      expect(result.stderr).toMatch(
        /^error: .*full\/checkpoints\/.*: cannot be written: no space left on the device; make room\n$/,
      );
      expect(result.status).toBe(1);
      const names = readdirSync(join(disk, 'full/checkpoints'));
      expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      expect(readSafetensors(join(disk, 'full/checkpoints/last.safetensors')).tensors.size).toBeGreaterThan(
        100,
      );
    },
  );
});

describe('inkstone test and predict', () => {
  it('evaluates the best checkpoint as training did', () => {
    const { stdout, status } = inkstone(['test', ...SMALL, '--checkpoint', 'runs/whole', '--json']);
    expect(status).toBe(0);
    const { metrics } = JSON.parse(read('whole', 'summary.json')).best;
    expect(JSON.parse(stdout)).toMatchObject({ images: 2, 'test/hmean': metrics['val/hmean'] });
  });

  it('writes predictions and overlays for files, folders and globs', () => {
    const inputs = ['data/val/images', 'data/train/images/t0.jpg', 'data/train/images/t[12].jpg'];
    const args = ['predict', ...inputs, '--checkpoint', 'runs/whole', '--output', 'found'];
    expect(inkstone(args).status).toBe(0);
    const { images } = JSON.parse(readFileSync(join(folder, 'found/labels.json'), 'utf8'));
    const names = ['val/images/v0', 'val/images/v1', ...['t0', 't1', 't2'].map((id) => `train/images/${id}`)];
    expect(Object.keys(images)).toEqual(names.map((name) => `${name}.jpg`));
    for (const name of names) expect(existsSync(join(folder, `found/${name}.overlay.png`))).toBe(true);
  });

  describe('with a checkpoint copied alone into an empty folder', () => {
    const moved = 'elsewhere/weights.safetensors';
    const predict = (checkpoint: string, ...overrides: string[]) => {
      const set = overrides.flatMap((override) => ['--set', override]);
      const args = ['predict', 'data/val/images', '--checkpoint', checkpoint, '--no-overlays', '--json'];
      return JSON.parse(inkstone([...args, ...set]).stdout);
    };

    beforeAll(() => {
      // Unlike every default, so that what is forgotten shows: a network of nine steps is sure of nothing.
      const settings = ['threshold=0.2', 'box_threshold=0.21', 'min_size=2'].map(
        (setting) => `model.postprocess.${setting}`,
      );
      const result = trainSmall('unsure', ...settings, 'trainer.precision=bf16-mixed', 'data.size=96');
      expect(result.stderr).toBe('');
      mkdirSync(join(folder, 'elsewhere'));
      cpSync(runFile('unsure', 'checkpoints/best.safetensors'), join(folder, moved));
    });

    it('predicts what it predicts in its run, unless an override says otherwise', () => {
      const predictions = predict(moved);
      expect(predictions.flatMap(({ texts }: { texts: unknown[] }) => texts).length).toBeGreaterThan(0);
      expect(predictions).toEqual(predict('runs/unsure'));
      expect(predict(moved, 'data.size=128')).not.toEqual(predictions);
      const none = predict(moved, 'model.postprocess.box_threshold=1');
      expect(none.map(({ texts }: { texts: unknown[] }) => texts)).toEqual([[], []]);
    });

    it('is tested as it predicts: what it found, taken for the truth, is found again', () => {
      const output = ['--output', 'found-moved', '--format', 'icdar', '--no-overlays'];
      expect(inkstone(['predict', 'data/val/images', '--checkpoint', moved, ...output]).status).toBe(0);
      expect(readdirSync(join(folder, 'found-moved')).sort()).toEqual(['res_v0.txt', 'res_v1.txt']);
      cpSync(join(folder, 'data/val/images'), join(folder, 'echo/val/images'), { recursive: true });
      for (const id of ['v0', 'v1']) {
        cpSync(join(folder, `found-moved/res_${id}.txt`), join(folder, `echo/val/gt/${id}.txt`));
      }
      const data = ['data=icdar', 'data.root=echo', 'data.num_workers=0', 'data/performance_preset=none'];
      const tested = JSON.parse(inkstone(['test', ...data, '--checkpoint', moved, '--json']).stdout);
      expect(tested).toMatchObject({ images: 2, 'test/hmean_iou': 1 });
      const scores = ['evaluate', '--gt', 'echo/val/gt', '--pred', 'found-moved', '--json'];
      const evaluated = JSON.parse(inkstone(scores).stdout);
      expect(Math.abs(evaluated.hmean - tested['test/hmean'])).toBeLessThan(0.0005);
      expect(evaluated.hmean).toBeGreaterThan(0.9);
    });

    it('is written to a folder that is looked at before the checkpoint is', () => {
      const predict = (output: string) =>
        inkstone(['predict', 'data/val/images', '--checkpoint', moved, '--no-overlays', '--output', output]);
      writeFileSync(join(folder, 'occupied'), 'mine');
      expect(predict('occupied').stderr).toBe(
        'error: occupied/labels.json: cannot be written: a file stands where a folder should be; choose another folder\n',
      );
      expect(predict('new/folder').status).toBe(0);
      const again = predict('new/folder');
      expect(again.stderr).toBe(
        'error: new/folder/labels.json: is there already; choose another --output, or replace it with --overwrite\n',
      );
      expect([again.stdout, again.status]).toEqual(['', 2]);
    });

    it('goes on when nobody reads what it prints any more', () => {
      const command = `"${process.execPath}" "${MAIN}" predict data/val/images --checkpoint ${moved} --output piped; echo $? >&2`;
      const { stdout, stderr } = spawnSync('sh', ['-c', `{ ${command}; } | true`], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect([stdout, stderr]).toEqual(['', '0\n']);
      expect(existsSync(join(folder, 'piped/labels.json'))).toBe(true);
    });
  });

  it.each([
    [['nowhere/*.jpg', '--checkpoint', 'runs/whole'], /nowhere\/\*\.jpg: no picture is there/],
    [['data/val/images', '--checkpoint', 'nothing.safetensors'], /nothing\.safetensors: no such checkpoint/],
    [['data/val/images', '--checkpoint', 'data/val/images/v0.jpg'], /v0\.jpg: is no safetensors file/],
  ])('says in a line what is wrong with %j', (args, message) => {
    const result = inkstone(['predict', ...args]);
    expect(result.stderr).toMatch(message);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(result.status).toBe(2);
  });
});
