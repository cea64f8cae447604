/** Whole runs through the command line, on a small folder of pictures: resuming after kill and Ctrl-C, and mistakes. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSafetensors } from '../src/nn/index.js';
import { INKSTONE } from './program.js';
import { writeIcdar } from './receipt-folder.js';

// Whole runs are started, several in a test, maybe on a machine that is busy.
vi.setConfig({ testTimeout: 180_000 });

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
  return spawnSync(process.execPath, [INKSTONE, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

const trainSmall = (name: string, ...overrides: string[]) =>
  inkstone(['train', ...SMALL, `exp_name=${name}`, ...overrides]);

const runFile = (name: string, file: string) => join(folder, 'runs', name, file);
const read = (name: string, file: string) => readFileSync(runFile(name, file), 'utf8');
/** Every file of a run with its contents. */
const readFolder = (name: string) =>
  Object.fromEntries(
    readdirSync(runFile(name, '.'), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [
        join(entry.parentPath, entry.name),
        readFileSync(join(entry.parentPath, entry.name), 'base64'),
      ]),
  );
const rows = (name: string): Record<string, number>[] =>
  read(name, 'metrics.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Starts a run and waits until `metrics.jsonl` has a row of this step. */
async function startedRun(name: string, step: number, ...overrides: string[]): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [INKSTONE, 'train', ...SMALL, `exp_name=${name}`, 'trainer.max_epochs=40', ...overrides],
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

  it('ends when its folder is renamed, leaves alone what comes there, and goes on where the folder is now', async () => {
    const child = await startedRun('renamed', 2);
    renameSync(runFile('renamed', '.'), runFile('elsewhere', '.'));
    mkdirSync(runFile('renamed', 'checkpoints'), { recursive: true });
    writeFileSync(runFile('renamed', 'checkpoints/last.json'), 'mine');
    const ended = exitOf(child);
    expect(await text(child.stderr as NonNullable<typeof child.stderr>)).toBe(
      'error: runs/renamed was moved or removed while its run was training; go on with inkstone resume where it is now\n',
    );
    expect(await ended).toBe(2);
    expect(Object.values(readFolder('renamed'))).toEqual([Buffer.from('mine').toString('base64')]);
    const { status, stderr } = inkstone(['resume', 'runs/elsewhere', 'trainer.max_epochs=2']);
    expect([status, stderr]).toEqual([0, '']);
  });

  it('does the same again with the same seed, other threads and workers, under the next free name', () => {
    const once = trainSmall('twice');
    expect(once.status).toBe(0);
    const metrics = read('twice', 'metrics.jsonl');
    const before = readFolder('twice');
    const again = inkstone(
      ['train', ...SMALL, 'exp_name=twice', 'data.num_workers=2', 'data/performance_preset=none'],
      { INKSTONE_THREADS: '1' },
    );
    expect(again.stdout).toContain('[INFO] run: runs/twice-2, because runs/twice is there already');
    expect(again.stdout).toMatch(/\n {2}run +runs\/twice-2\n/);
    expect(readFolder('twice')).toEqual(before);
    expect(read('twice-2', 'metrics.jsonl')).toBe(metrics);
    expect(read('twice-2', 'config.yaml')).toContain('exp_name: "twice-2"');
    expect(JSON.parse(read('twice-2', 'summary.json')).exp_name).toBe('twice-2');
  });

  it('takes the place of an earlier run with --overwrite, and keeps what is not of its making', () => {
    expect(trainSmall('replaced').status).toBe(0);
    writeFileSync(runFile('replaced', 'notes.md'), 'mine');
    writeFileSync(runFile('replaced', 'overlays/v0.png'), 'mine');
    const { stdout, status } = trainSmall('replaced', 'seed=3', '--overwrite');
    expect(status).toBe(0);
    expect(stdout).toContain("overlays/v0.png is not of Inkstone's making and stays as it is");
    expect(read('replaced', 'config.yaml')).toContain('seed: 3');
    expect(rows('replaced')).toHaveLength(9);
    expect(read('replaced', 'notes.md')).toBe('mine');
    expect(read('replaced', 'overlays/v0.png')).toBe('mine');
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
    writeFileSync(runFile('killed', 'failure.txt'), 'of an earlier end\n');
    const resumed = inkstone(['resume', 'runs/killed']);
    expect(resumed.stderr).toBe('');
    expect(existsSync(runFile('killed', 'failure.txt'))).toBe(false);
    expect(readdirSync(runFile('killed', '.')).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(trainSmall('undisturbed', ...overrides).status).toBe(0);
    const weights = (name: string) =>
      readFileSync(runFile(name, 'checkpoints/last.safetensors')).toString('base64');
    expect(weights('killed')).toBe(weights('undisturbed'));
    expect(read('killed', 'metrics.jsonl')).toBe(read('undisturbed', 'metrics.jsonl'));
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends on %s with a checkpoint and prints the command that goes on',
    async (signal) => {
      const name = signal.toLowerCase();
      const child = await startedRun(name, 2);
      let stderr = '';
      child.stderr?.on('data', (text) => {
        stderr += text;
      });
      child.kill(signal);
      expect(await exitOf(child)).toBe(130);
      const command = /interrupted at step \d+; .*; go on with: inkstone (.*)\n/.exec(stderr)?.[1];
      expect(command).toBe(`resume runs/${name}`);
      const { step } = JSON.parse(read(name, 'checkpoints/last.json'));
      const resumed = inkstone([...String(command).split(' '), `trainer.max_steps=${step + 2}`]);
      expect(resumed.stdout).toContain(`runs/${name} goes on, with trainer.max_steps -1 → ${step + 2}\n`);
      expect(resumed.status).toBe(0);
      expect(rows(name).map((row) => row.step)).toEqual(
        Array.from({ length: step + 2 }, (_, index) => index + 1),
      );
    },
  );

  it('ends at once on Ctrl-C while receipts are drawn, because nothing could be saved yet', async () => {
    const words = ['train', 'exp_name=early', 'data.root=drawn', 'data.synthetic.train_count=400'];
    const child = spawn(process.execPath, [INKSTONE, ...words], { cwd: folder, stdio: 'ignore' });
    await expect
      .poll(() => existsSync(join(folder, 'drawn')) && readdirSync(join(folder, 'drawn')).length, {
        timeout: 60_000,
      })
      .toBeGreaterThan(1);
    const ended = exitOf(child);
    child.kill('SIGINT');
    const late = new Promise((resolve) => setTimeout(resolve, 10_000, 'it goes on'));
    expect(await Promise.race([ended, late])).toBe(130);
    expect(existsSync(runFile('early', '.'))).toBe(false);
  });

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
      /^error: runs\/never: there is no run to go on with \(it has no config\.yaml\); start one with inkstone train\n$/,
    ],
    [
      ['resume=last', 'exp_name=whole', 'model=dbnet_resnet18', '--allow', 'model'],
      2,
      /^error: runs\/whole\/checkpoints\/last\.json: the weights belong to another network \(missing: .*\)\n$/,
    ],
    [
      ['resume=last', 'exp_name=whole', 'optimizer.name=sgd', '--allow', 'optimizer'],
      2,
      /^error: runs\/whole\/checkpoints\/last\.json: was written with optimizer\.name=adam, and this run has sgd; go on with optimizer\.name=adam, or start anew without resume\n$/,
    ],
    [
      ['resume=last', 'exp_name=whole', 'data=synthetic', 'batch_size=3'],
      2,
      /^error: runs\/whole would become another run: batch_size 2 → 3, data\.name "icdar" → "synthetic"; allow it with --allow batch_size,data, or .*\n$/,
    ],
    [
      ['resume=runs/twice/checkpoints/last', 'exp_name=whole'],
      2,
      /^error: runs\/twice\/checkpoints\/last\.json: belongs to another run than runs\/whole; .*init_from=runs\/twice\/checkpoints\/last\.safetensors .*\n$/,
    ],
    [
      ['resume=last', 'exp_name=whole', '--overwrite'],
      2,
      /^error: a run is either resumed or overwritten; .*\n$/,
    ],
    [['init_from=data/val/images/v0.jpg'], 2, /^error: .*v0\.jpg: is no safetensors file.*\n$/],
    [
      ['runs_dir=data/val/images/v0.jpg'],
      2,
      /^error: .*a file stands where a folder should be; choose another folder\n$/,
    ],
    [[`exp_name=${'n'.repeat(300)}`], 2, /^error: .*its name is too long; choose a shorter one\n$/],
    [['--nonsense'], 2, /^error: there is no option --nonsense; --help lists them\n$/],
  ])('says in a line what is wrong with %j', (overrides, status, message) => {
    const result = inkstone(['train', ...SMALL, 'exp_name=wrong', ...overrides]);
    expect(result.stderr).toMatch(message);
    expect(result.status).toBe(status);
    expect(existsSync(join(folder, 'runs/wrong'))).toBe(false);
  });

  it('trains to its end, without a stack trace, when nobody reads its output any more', () => {
    const command = [process.execPath, INKSTONE, 'train', ...SMALL, 'exp_name=unread'].join(' ');
    const { stdout, stderr } = spawnSync('bash', ['-c', `${command} | head -1`], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).toBe('');
    expect(JSON.parse(read('unread', 'summary.json'))).toMatchObject({ outcome: 'finished', steps: 9 });
  });

  it.each([
    [['runs/whole', '--epochs', '3'], /^error: there is no option --epochs; write trainer\.max_epochs=3\n$/],
    [
      ['runs/whole', 'seed=3'],
      /^error: runs\/whole would become another run: seed 42 → 3; allow it with --allow seed, .*\n$/,
    ],
    [['whole'], /^error: whole: there is no run to go on with .*; did you mean runs\/whole\?\n$/],
    [['runs/never'], /^error: runs\/never: there is no run to go on with \(it has no config\.yaml\); .*\n$/],
  ])('goes on with nothing when the call is wrong: resume %j', (args, message) => {
    const { stderr, status } = inkstone(['resume', ...args]);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  it('leaves the summary of a finished run as it was when it is resumed', () => {
    const before = JSON.parse(read('whole', 'summary.json'));
    expect(inkstone(['resume', 'runs/whole']).status).toBe(0);
    const { peak_rss_bytes, cache, ...after } = JSON.parse(read('whole', 'summary.json'));
    expect(before).toMatchObject(after);
    expect(after.seconds_per_batch.mean).toBeGreaterThan(0);
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
        /^error: .*full\/checkpoints\/.*: cannot be written: no space left on the device; make room, then go on with: inkstone resume \S+full\n$/,
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

  it('keeps what it found before a picture that cannot be read', () => {
    cpSync(join(folder, 'data/val/images'), join(folder, 'damaged'), { recursive: true });
    writeFileSync(join(folder, 'damaged/v1.jpg'), 'no picture');
    const args = ['predict', 'damaged', '--checkpoint', 'runs/whole', '--output', 'kept'];
    const { status, stdout, stderr } = inkstone(args);
    expect(stderr).toContain('damaged/v1.jpg');
    expect(stdout).toContain('1 of 2 pictures; predictions and overlays are in kept\n');
    expect(status).toBe(2);
    const { images } = JSON.parse(readFileSync(join(folder, 'kept/labels.json'), 'utf8'));
    expect(Object.keys(images)).toEqual(['v0.jpg']);
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
        'error: occupied: cannot be written: a file stands where a folder should be; choose another folder\n',
      );
      expect(predict('new/folder').status).toBe(0);
      const again = predict('new/folder');
      expect(again.stderr).toBe(
        'error: new/folder/labels.json: is there already; choose another --output, or replace it with --overwrite\n',
      );
      expect([again.stdout, again.status]).toEqual(['', 2]);
    });

    it('goes on when nobody reads what it prints any more', () => {
      const command = `"${process.execPath}" "${INKSTONE}" predict data/val/images --checkpoint ${moved} --output piped; echo $? >&2`;
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
