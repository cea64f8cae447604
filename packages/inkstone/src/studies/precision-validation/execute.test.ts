import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printConfig } from '../../config/index.js';
import { loadRunConfig, type RunConfig } from '../../runs/index.js';
import { VERSION } from '../../system/index.js';
import { earlierResult } from './execute.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'execute-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const config = (...overrides: string[]): RunConfig =>
  loadRunConfig({ overrides: ['exp_name=fp16', `runs_dir=${folder}`, ...overrides] }).config;

/** A run under its name, or under the next free one, as training leaves it. */
function leave(name: string, run: RunConfig, version: string | null = VERSION): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'config.yaml'), printConfig({ ...run, exp_name: name }));
  const result = { outcome: 'finished', failure: null, backend: 'native', version };
  if (version !== null) writeFileSync(join(path, 'result.json'), JSON.stringify(result));
  return path;
}

describe('the result of an earlier call', () => {
  it('is that of the newest run with the same configuration, whatever name it took', () => {
    expect(earlierResult(config())).toBeUndefined();
    const first = leave('fp16', config());
    leave('fp16-2', config('trainer.max_epochs=9'));
    expect(earlierResult(config())?.folder).toBe(first);
    expect(earlierResult(config('trainer.max_epochs=9'))?.folder).toBe(join(folder, 'fp16-2'));
    expect(earlierResult(config('trainer.max_epochs=10'))).toBeUndefined();
    const again = leave('fp16-3', config());
    expect(earlierResult(config())?.folder).toBe(again);
  });

  it('is none when that run did not end, or another version trained it', () => {
    leave('fp16', config(), null);
    expect(earlierResult(config())).toBeUndefined();
    leave('fp16-2', config(), '0.0.1');
    expect(earlierResult(config())).toBeUndefined();
  });
});
