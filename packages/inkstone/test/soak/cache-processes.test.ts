/** Several processes and threads on one cache: one fills for all, and a killed one harms nobody. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CacheManager, inspectCache } from '../../src/cache/index.js';
import { fillerOptions, fillerTruth } from './cache-filler-truth.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const KILLS = rounds(200, 3);
const PROCESSES = rounds(4, 2);
const FILLER = fileURLToPath(new URL('./cache-filler.ts', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'processes-'));
});
afterEach(() => fs.promises.rm(folder, { recursive: true, maxRetries: 5 }));

const root = () => join(folder, 'cache');
const note = () => join(folder, 'fills.txt');

function start(keys: number, milliseconds: number, passes: number): ChildProcess {
  const options = [root(), keys, milliseconds, passes, note()].map(String);
  return spawn(process.execPath, ['--import', 'tsx', FILLER, ...options], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

const fills = () => fs.readFileSync(note(), 'utf8').trim().split('\n');

it(
  `${KILLS} × kill -9 among ${PROCESSES} writing processes: nothing wrong is served, nothing corrupt is left`,
  async () => {
    const children = Array.from({ length: PROCESSES }, () => start(80, 1, 0));
    while (!fs.existsSync(note())) await setTimeout(20);
    for (let kill = 0; kill < KILLS; kill++) {
      await setTimeout(100 + 300 * Math.random());
      const at = kill % PROCESSES;
      const victim = children[at]!;
      expect(victim.exitCode, 'a child saw a wrong value or crashed').toBeNull();
      victim.kill('SIGKILL');
      await once(victim, 'exit');
      children[at] = start(80, 1, 0);
    }
    for (const child of children) child.kill('SIGKILL');
    const { checked } = await inspectCache(root(), { check: Number.POSITIVE_INFINITY });
    const { corrupt, entries } = checked;
    expect(corrupt).toEqual([]);
    expect(entries).toBeGreaterThan(0);
    const cache = await CacheManager.open(fillerOptions(root()));
    const begun = performance.now();
    for (let key = 0; key < 80; key++) {
      const { data } = await cache.getOrFill('tensor', String(key), async () => fillerTruth(key));
      expect(Buffer.compare(data, fillerTruth(key).data)).toBe(0);
    }
    // One that did would cost ten seconds.
    expect(performance.now() - begun, 'claims of the dead block nobody').toBeLessThan(9500);
  },
  TIMEOUT_MS,
);

it(
  'processes fill each entry once between them',
  async () => {
    const children = Array.from({ length: PROCESSES }, () => start(25, 20, 2));
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes.every((code) => code === 0)).toBe(true);
    expect(fills().sort()).toEqual([...new Set(fills())].sort());
    expect(new Set(fills()).size).toBe(25);
  },
  TIMEOUT_MS,
);

it(
  'two threads of one process fill each entry once between them',
  async () => {
    const workerData = [root(), '25', '20', '2', note()];
    const script = `import('tsx/esm/api').then(({ register }) => (register(), import(${JSON.stringify(FILLER)})))`;
    const workers = [0, 1].map(() => new Worker(script, { workerData, eval: true }));
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
    expect(fills()).toHaveLength(25);
  },
  TIMEOUT_MS,
);
