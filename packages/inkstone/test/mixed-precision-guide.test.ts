/** What docs/mixed-precision.md shows is run: every command, on a few small pages. Its tables know every key and choice. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PRECISION_NAMES } from '../src/amp/index.js';
import { loadRunConfig } from '../src/runs/index.js';
import { INKSTONE } from './program.js';
import { writeIcdar } from './receipt-folder.js';

const guide = readFileSync(new URL('../../../docs/mixed-precision.md', import.meta.url), 'utf8');
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'precision-guide-'));
  const samples = Array.from({ length: 4 }, (_, index) => ({ id: `${index}`, width: 160, height: 128 }));
  await writeIcdar(join(folder, 'data'), 'train', samples);
  await writeIcdar(join(folder, 'data'), 'val', samples.slice(0, 1));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What makes a guide's command quick; later overrides win. */
const QUICK = [
  'trainer.max_steps=1',
  'trainer.num_sanity_val_steps=0',
  'batch_size=2',
  'data.size=64',
  'data.num_workers=0',
  'data.cache_config.root=cache',
];
/** Sums over small pages fit into fp16, so the demonstration needs larger ones. */
const LARGE = ['data.size=320', 'batch_size=4'];

const commands = [...guide.matchAll(/```sh\n(.*?)```/gs)].flatMap((block) => block[1]!.trim().split('\n'));

it('every command runs', { timeout: 600_000 }, () => {
  expect(commands.length).toBeGreaterThan(7);
  for (const command of commands) {
    const [npx, inkstone, ...words] = command.replaceAll('DATA', 'data').split(' ');
    expect([npx, inkstone]).toEqual(['npx', 'inkstone']);
    const isUnsafe = words.includes('fp16_unsafe');
    const args = [INKSTONE, ...words, ...QUICK, ...(isUnsafe ? LARGE : [])];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect({ command, stderr }).toEqual({ command, stderr: '' });
    // A network of one step finds no text, so nothing can be compared, and its first gradients may overflow.
    if (words[0] === 'validate-precision')
      expect(stdout).toMatch(isUnsafe ? /^UNACCEPTABLE: /m : /^[A-Z]+: /m);
    else if (words[0] === 'numerics') expect(stdout).toContain('head.binarize.6');
    else expect({ command, status }).toEqual({ command, status: 0 });
  }
  for (const report of [
    'mine-precision/fp16_safe',
    'mine-precision/bf16_safe',
    'dbnet-precision/fp16_unsafe',
  ]) {
    expect(existsSync(join(folder, 'runs', report, 'report.html')), report).toBe(true);
  }
});

it('the tables have every choice, key and default', () => {
  for (const precision of PRECISION_NAMES) expect(guide).toContain(`\`${precision}\``);
  const { config } = loadRunConfig({ overrides: ['trainer=fp16_safe'] });
  const rows = guide.split('\n').filter((line) => line.startsWith('| `'));
  const rowOf = (key: string) => rows.find((row) => row.startsWith(`| \`${key}\``));
  for (const group of ['gradient_monitor', 'profiler'] as const) {
    for (const [key, value] of Object.entries(config.callbacks[group] ?? {})) {
      expect(rowOf(`callbacks.${group}.${key}`), key).toContain(`| ${value === 1e-6 ? '1e-6' : value} |`);
    }
  }
  expect(rowOf('trainer.accumulate_grad_batches')).toContain(`, ${config.trainer.accumulate_grad_batches} |`);
  expect(rowOf('trainer.precision')).toContain(`\`${config.trainer.precision}\``);
});
