/** The cache is taken away from under a training, at any of its calls and in every way: the training ends with the same weights. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadRunConfig, train } from '../../src/runs/index.js';
import { Terminal } from '../../src/tracking/index.js';
import { type Call, CHANGES, interfere, LOOKS } from '../interfere.js';
import { writeIcdar } from '../receipt-folder.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const MOMENTS = rounds(12, 1);
let folder: string;
let reference: Buffer;
/** Of an undisturbed training on the cache. */
let callCount = 0;

const root = () => join(folder, 'cache');

beforeAll(async () => {
  folder = fs.mkdtempSync(join(tmpdir(), 'cache-lost-'));
  const samples = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, width: 128, height: 96 + 8 * i }));
  await writeIcdar(join(folder, 'data'), 'train', samples('t', 4));
  await writeIcdar(join(folder, 'data'), 'val', samples('v', 1));
  reference = (await trainOnce('data/performance_preset=none')).weights;
  const undo = interfere(root(), () => void callCount++);
  const { weights } = await trainOnce();
  undo();
  expect(weights.equals(reference)).toBe(true);
  expect(callCount).toBeGreaterThan(100);
}, TIMEOUT_MS);
afterAll(() => fs.rmSync(folder, { recursive: true }));

let runs = 0;
async function trainOnce(...overrides: string[]): Promise<{ weights: Buffer; warnings: string[] }> {
  const { config } = loadRunConfig({
    overrides: [
      'data=icdar',
      `data.root=${join(folder, 'data')}`,
      `runs_dir=${join(folder, 'runs')}`,
      `exp_name=run-${runs++}`,
      'data.size=64',
      'data.num_workers=0',
      'batch_size=2',
      'trainer.max_epochs=2',
      'data/performance_preset=validation_optimized',
      'data.cache_splits=[train,val]',
      `data.cache_config.root=${root()}`,
      ...overrides,
    ],
  });
  const output = new PassThrough();
  const { folder: run } = await train(config, {
    terminal: new Terminal(output as unknown as NodeJS.WriteStream),
  });
  return {
    weights: fs.readFileSync(join(run, 'checkpoints', 'last.safetensors')),
    warnings: String(output.read())
      .split('\n')
      .filter((line) => line.includes('The cache at')),
  };
}

/** What happens once, and what every later call meets. */
interface Trouble {
  readonly once?: () => void;
  readonly code?: string;
  readonly meets?: readonly Call[];
}
const troubles: Record<string, Trouble> = {
  deleted: { once: () => fs.rmSync(root(), { recursive: true, force: true }) },
  'replaced by a file': {
    once: () => {
      fs.rmSync(root(), { recursive: true, force: true });
      fs.writeFileSync(root(), 'of a user');
    },
  },
  'made read-only': { code: 'EROFS', meets: CHANGES },
  'on a full disk': { code: 'ENOSPC', meets: ['mkdirSync', 'openSync', 'writeFileSync', 'symlinkSync'] },
  'on a failing disk': { code: 'EIO', meets: [...CHANGES, ...LOOKS] },
  'on a server that is away': { code: 'ESTALE', meets: [...CHANGES, ...LOOKS] },
};

it.each(Object.entries(troubles))(
  `a cache that is %s at ${MOMENTS} moments costs warnings and nothing else`,
  async (name, { once, code, meets = [] }) => {
    for (let i = 0; i < MOMENTS; i++) {
      fs.rmSync(root(), { recursive: true, force: true });
      const moment = 1 + Math.floor(((i + Math.random()) * callCount) / MOMENTS);
      let count = 0;
      let isBusy = false;
      const undo = interfere(root(), (call) => {
        if (isBusy || ++count < moment) return;
        isBusy = true;
        if (count === moment) once?.();
        isBusy = false;
        if (code !== undefined && meets.includes(call)) {
          throw Object.assign(new Error(`${code}: made up by the test, ${call}`), { code });
        }
      });
      const ended = await trainOnce().finally(undo);
      expect(ended.weights.equals(reference), `${name} at call ${moment}`).toBe(true);
      expect(ended.warnings.length, `${name} at call ${moment}`).toBeLessThanOrEqual(2);
    }
  },
  TIMEOUT_MS,
);
