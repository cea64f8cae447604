/** A run is killed, at any moment and at any call that changes a file, or its disk is full: it goes on to the same bits. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src/nn/index.js';
import { INKSTONE } from '../program.js';
import { writeIcdar } from '../receipt-folder.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const MOMENTS = rounds(100, 1);
const CALLS = rounds(100, 2);
const RACERS = rounds(6, 2);
const FULL_DISKS = rounds(40, 1);
/** Whole runs are started, maybe on a machine that is busy. */
const PATIENCE_MS = Math.max(TIMEOUT_MS, 180_000);
const PRELOAD = new URL('./kill-at-call.mjs', import.meta.url).href;

const SETTINGS = [
  'data=icdar',
  'data.root=data',
  'data.size=64',
  'data.num_workers=0',
  'batch_size=2',
  'trainer.max_epochs=3',
  'trainer.log_every_n_steps=1',
  'schedule.warmup_steps=2',
  'callbacks.checkpoint.every_n_steps=1',
];

let folder: string;
/** How long an undisturbed run takes, and how often it changes a file. */
let milliseconds: number;
let calls: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'run-kills-'));
  const samples = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `s${index}`, width: 128, height: 96 + 8 * index }));
  await writeIcdar(join(folder, 'data'), 'train', samples(4));
  await writeIcdar(
    join(folder, 'data'),
    'val',
    samples(2).map((sample) => ({ ...sample, id: `v${sample.id}` })),
  );
  const begin = performance.now();
  const { stderr } = inkstone(train('undisturbed'), 0);
  milliseconds = performance.now() - begin;
  calls = Number(/(\d+) calls/.exec(stderr)?.[1]);
  expect(calls).toBeGreaterThan(100);
}, PATIENCE_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const train = (name: string, ...overrides: string[]) => [
  'train',
  ...SETTINGS,
  `exp_name=${name}`,
  ...overrides,
];

function inkstone(args: readonly string[], killAt?: number) {
  const preload = killAt === undefined ? [] : ['--import', PRELOAD];
  return spawnSync(process.execPath, [...preload, INKSTONE, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, KILL_AT_CALL: String(killAt) },
  });
}

async function killedAfter(args: readonly string[], delay: number): Promise<void> {
  const child = spawn(process.execPath, [INKSTONE, ...args], { cwd: folder, stdio: 'ignore' });
  const exit = new Promise((resolve) => child.on('exit', resolve));
  await Promise.race([setTimeout(delay), exit]);
  child.kill('SIGKILL');
  await exit;
}

/** As a user would: goes on where there is something to go on from, begins again where there is not. */
const goOn = (run: string, ...overrides: string[]) =>
  existsSync(join(folder, run, 'checkpoints/last.json'))
    ? ['resume', run]
    : train(run.split('/').at(-1)!, ...overrides, '--overwrite');

/** Every file of a run; what differs from one run to the next by its very nature is left out. */
function contents(run: string): Map<string, string> {
  const path = join(folder, run);
  const names = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    // Of the last validation: a run that is killed while it draws them does not validate again.
    .filter((name) => !name.startsWith('overlays/'));
  const varies = [
    'config.yaml',
    'summary.json',
    'system.jsonl',
    'checkpoints/last.json',
    'checkpoints/best.json',
    // Names the pictures that were drawn.
    'val-images.json',
  ];
  const read = (name: string) => (varies.includes(name) ? '' : readFileSync(join(path, name), 'base64'));
  return new Map(names.sort().map((name) => [name, read(name)]));
}

function expectUndisturbed(run: string, how: string): void {
  const expected = contents('runs/undisturbed');
  const found = contents(run);
  expect([...found.keys()], how).toEqual([...expected.keys()]);
  for (const [name, text] of expected) expect(found.get(name) === text, `${name} after ${how}`).toBe(true);
  const { epochs, steps } = JSON.parse(readFileSync(join(folder, run, 'summary.json'), 'utf8'));
  expect({ epochs, steps }, how).toEqual({ epochs: 3, steps: 6 });
}

describe('a training run', () => {
  it(
    `that is killed at ${MOMENTS} moments ends with the same bits`,
    async () => {
      for (let kill = 0; kill < MOMENTS; kill += 1) {
        const run = `runs/moment${kill}`;
        const moments = [Math.random() * milliseconds];
        await killedAfter(train(`moment${kill}`), moments[0]!);
        if (kill % 2 === 1) {
          moments.push(Math.random() * milliseconds);
          await killedAfter(goOn(run), moments[1]!);
        }
        const { status, stderr } = inkstone(goOn(run));
        expect(status, stderr).toBe(0);
        expectUndisturbed(run, `kills after ${moments.join(' and ')} ms`);
        rmSync(join(folder, run), { recursive: true });
      }
    },
    PATIENCE_MS,
  );

  it(
    `that is killed at ${CALLS} calls which change a file ends with the same bits`,
    () => {
      for (let kill = 0; kill < CALLS; kill += 1) {
        const run = `runs/call${kill}`;
        const at = 1 + Math.floor(((kill + Math.random()) / CALLS) * calls);
        inkstone(train(`call${kill}`), at);
        const { status, stderr } = inkstone(goOn(run));
        expect(status, stderr).toBe(0);
        expectUndisturbed(run, `a kill at call ${at}`);
        rmSync(join(folder, run), { recursive: true });
      }
    },
    PATIENCE_MS,
  );
});

describe(`${RACERS} runs that begin at the same moment`, () => {
  const begin = (args: readonly string[]) =>
    new Promise<{ status: number | null; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, [INKSTONE, ...args], {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      child.stderr.on('data', (text) => {
        stderr += text;
      });
      child.on('exit', (status) => resolve({ status, stderr }));
    });
  const together = (args: readonly string[]) =>
    Promise.all(Array.from({ length: RACERS }, () => begin(args)));

  it(
    'get a folder each, and one of those who go on with a run gets it',
    async () => {
      for (const { status, stderr } of await together(train('race'))) expect(status, stderr).toBe(0);
      for (let number = 1; number <= RACERS; number += 1) {
        expectUndisturbed(`runs/race${number === 1 ? '' : `-${number}`}`, 'a race');
      }
      const resumed = await together(['resume', 'runs/race', 'trainer.max_epochs=6']);
      const losers = resumed.filter(({ status }) => status !== 0);
      for (const { stderr } of losers) {
        expect(stderr).toMatch(
          /^error: runs\/race is in use by process \d+; wait for it, or choose another exp_name\n$/,
        );
      }
      // Who comes when the others are done goes on from there.
      expect(losers.length).toBeLessThan(RACERS);
      const { steps } = JSON.parse(readFileSync(join(folder, 'runs/race/summary.json'), 'utf8'));
      expect(steps).toBe(12);
    },
    PATIENCE_MS,
  );
});

describe('a full disk', () => {
  // Only root may mount.
  it(
    `in ${FULL_DISKS} sizes ends the run in a line, with last and best whole, and it goes on when there is room`,
    ({ skip }) => {
      const disk = join(folder, 'disk');
      mkdirSync(disk);
      const mount = (options: string) =>
        spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status;
      let ended = 0;
      for (let round = 0; round < FULL_DISKS; round += 1) {
        const kilobytes = 64 + Math.floor(((round + 0.3) / FULL_DISKS) * 16_000);
        skip(mount(`size=${kilobytes}k`) !== 0);
        try {
          const full = inkstone(train('full', 'runs_dir=disk'));
          if (full.status !== 0) {
            ended += 1;
            expect(full.stderr, `${kilobytes} KB`).toMatch(
              /^error: disk\/full\S*: cannot be written: no space left .*\n$/,
            );
          }
          const checkpoints = join(disk, 'full/checkpoints');
          const names = existsSync(checkpoints) ? readdirSync(checkpoints) : [];
          expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
          for (const name of names.filter((name) => name.endsWith('.safetensors'))) {
            expect(readSafetensors(join(checkpoints, name)).tensors.size).toBeGreaterThan(100);
          }
          spawnSync('mount', ['-o', 'remount,size=64m', disk]);
          const { status, stderr } = inkstone(goOn('disk/full', 'runs_dir=disk'));
          expect(status, stderr).toBe(0);
          expectUndisturbed('disk/full', `a disk of ${kilobytes} KB`);
        } finally {
          spawnSync('umount', ['-l', disk]);
        }
      }
      expect(ended).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});
