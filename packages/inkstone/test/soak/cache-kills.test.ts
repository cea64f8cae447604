/** A process is killed at one of its system calls, while it makes and fills a cache or clears one: what it handed out before is kept. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CacheManager, clearCache, inspectCache } from '../../src/cache/index.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const KILLS = rounds(100, 3);
const KEYS = 6;
const PROGRAM = fileURLToPath(new URL('./cache-program.mjs', import.meta.url));
const PRELOAD = new URL('./kill-at-call.mjs', import.meta.url).href;

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'kills-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const root = () => join(folder, 'cache');
const options = () => ({ config: { root: root() }, levels: { text: {} }, scope: 'kills', description: {} });

/** Runs the program until that call, 0: to its end. Returns the keys whose values it handed out. */
function run(act: 'fill' | 'clear', killAtCall: number): { said: number[]; calls: number } {
  const { stdout, stderr, signal, status } = spawnSync(
    process.execPath,
    ['--import', PRELOAD, PROGRAM, act, JSON.stringify(options()), String(KEYS)],
    { encoding: 'utf8', env: { ...process.env, KILL_AT_CALL: String(killAtCall) } },
  );
  expect({ signal, status }, stderr).toEqual(
    killAtCall === 0 ? { signal: null, status: 0 } : { signal: 'SIGKILL', status: null },
  );
  return { said: stdout.split('\n').filter(Boolean).map(Number), calls: Number.parseInt(stderr, 10) };
}

/** Spread over the calls, each time at other places. */
const moments = (calls: number) =>
  Array.from({ length: KILLS }, (_, i) => 1 + Math.floor(((i + Math.random()) * calls) / KILLS));

/** The keys whose values were there already, after each was found right. */
async function readAll(): Promise<number[]> {
  const cache = await CacheManager.open(options());
  const found: number[] = [];
  for (let key = 1; key <= KEYS; key++) {
    const data = new Uint8Array(100_000).fill(key);
    let isFilled = false;
    const value = await cache.getOrFill('text', String(key), async () => {
      isFilled = true;
      return { dtype: 'uint8', shape: [data.length], data };
    });
    expect(Buffer.compare(value.data, data)).toBe(0);
    if (!isFilled) found.push(key);
  }
  return found;
}

const namesInRoot = () => fs.readdirSync(root(), { recursive: true }).sort();

describe(`${KILLS} kills at system calls`, () => {
  it(
    'while a cache is made and filled: no value that was handed out is lost, none is wrong',
    async () => {
      for (const moment of moments(run('fill', 0).calls)) {
        fs.rmSync(root(), { recursive: true, force: true });
        const { said } = run('fill', moment);
        const { checked } = await inspectCache(root(), { check: Number.POSITIVE_INFINITY });
        expect(checked.corrupt, `at call ${moment}`).toEqual([]);
        expect(await readAll(), `at call ${moment}`).toEqual(expect.arrayContaining(said));
        expect(await readAll()).toHaveLength(KEYS);
        await clearCache(root(), {});
        const left = namesInRoot().filter((name) => name !== '.inkstone-cache');
        expect(left, `at call ${moment}`).toEqual([]);
      }
    },
    TIMEOUT_MS,
  );

  it(
    'while a cache is cleared: what is left is right, the next call clears it, and a file of a user stays',
    async () => {
      await readAll();
      const thesis = join(root(), 'v1', 'thesis.tex');
      fs.writeFileSync(thesis, 'precious');
      for (const moment of moments(run('clear', 0).calls)) {
        await readAll();
        run('clear', moment);
        await readAll();
        expect(await readAll(), `at call ${moment}`).toHaveLength(KEYS);
        await clearCache(root(), {});
        expect(namesInRoot(), `at call ${moment}`).toEqual(['.inkstone-cache', 'v1', 'v1/thesis.tex']);
        expect(fs.readFileSync(thesis, 'utf8')).toBe('precious');
      }
    },
    TIMEOUT_MS,
  );
});
