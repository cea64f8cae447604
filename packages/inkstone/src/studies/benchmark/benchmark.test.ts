import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../system/index.js';
import { type ComparisonOptions, compareEngines, type EngineResult } from './comparison.js';
import { benchmarkTable } from './table.js';

const OPTIONS: ComparisonOptions = {
  encoders: ['mobilenet_v3_small_050'],
  precisions: ['32-true', '16-mixed'],
  batch: 1,
  size: 64,
  steps: 1,
  rounds: 1,
  peer: 'nowhere.py',
};
const MEGABYTE = 2 ** 20;

describe('compareEngines', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'inkstone-bench-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A PyTorch that prints what it was asked for on standard error, and `printed` as its result. */
  const fakePeer = (printed: string) => {
    const [python, peer] = [join(folder, 'python'), join(folder, 'peer.py')];
    writeFileSync(
      python,
      `#!/bin/sh
if [ "$1" = -c ]; then echo 2.14.0; exit; fi
echo "$@" >> ${join(folder, 'calls')}
echo '${printed}'
`,
    );
    chmodSync(python, 0o755);
    writeFileSync(peer, '');
    return { python, peer };
  };

  it('times a step of every precision in a process of its own', async () => {
    const results = await compareEngines(OPTIONS);
    expect(results.map(({ encoder, engine }) => [encoder, engine])).toEqual([
      ['mobilenet_v3_small_050', 'inkstone 32-true'],
      ['mobilenet_v3_small_050', 'inkstone 16-mixed'],
    ]);
    const [full, half] = results as [EngineResult, EngineResult];
    for (const { medianSeconds, peakResidentBytes } of results) {
      expect(medianSeconds).toBeGreaterThan(0.0001);
      expect(medianSeconds).toBeLessThan(60);
      // A Node process takes some 40 MB before it has done anything.
      expect(peakResidentBytes).toBeGreaterThan(30 * MEGABYTE);
    }
    // Weights and their moments are the same; activations take half.
    expect(half.peakBytes).toBeLessThan(full.peakBytes as number);
    expect(half.peakBytes).toBeGreaterThan(0.4 * (full.peakBytes as number));
  }, 60_000);

  it.skipIf(process.platform === 'win32')('measures PyTorch last, with the same settings', async () => {
    const peer = fakePeer('{"median_step_s": 0.25, "peak_rss_mb": 512, "more": 1}');
    const results = await compareEngines({ ...OPTIONS, ...peer, precisions: [] });
    expect(results).toEqual([
      {
        encoder: 'mobilenet_v3_small_050',
        engine: 'PyTorch 2.14.0 fp32',
        medianSeconds: 0.25,
        peakBytes: undefined,
        peakResidentBytes: 512 * MEGABYTE,
      },
    ]);
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe(
      `${peer.peer} bench --arch mobilenet_v3_small_050 --batch 1 --size 64 --steps 1\n`,
    );
  });

  it.skipIf(process.platform === 'win32')('says in a line what a peer printed wrongly', async () => {
    const peer = fakePeer('{"median_step_s": "slow"}');
    await expect(compareEngines({ ...OPTIONS, ...peer, precisions: [] })).rejects.toThrow(
      new InputError(
        `what ${peer.peer} printed: is not as Inkstone writes it (median_step_s: expected number, received string); ` +
          'name another benchmark with --peer',
      ),
    );
  });

  it('refuses a size that the network cannot take', async () => {
    await expect(compareEngines({ ...OPTIONS, size: 100 })).rejects.toThrow(
      new InputError('size 100: the side of the images must be a multiple of 32'),
    );
  });
});

describe('benchmarkTable', () => {
  it('sets every engine against fp32 and PyTorch on the same network', () => {
    const result = (
      encoder: EngineResult['encoder'],
      engine: string,
      medianSeconds: number,
      peak?: number,
    ) => ({
      encoder,
      engine,
      medianSeconds,
      peakBytes: peak,
      peakResidentBytes: 100 * MEGABYTE,
    });
    const { header, rows } = benchmarkTable([
      result('resnet18', 'inkstone 32-true', 0.8, 40 * MEGABYTE),
      result('resnet18', 'inkstone 16-mixed', 0.6, 20 * MEGABYTE),
      result('resnet18', 'PyTorch 2.14 fp32', 2.4),
      result('mobilenet_v3_small_050', 'inkstone 16-mixed', 0.1, 10 * MEGABYTE),
    ]);
    expect(header).toEqual([
      'network and engine',
      's a step',
      'of fp32',
      'of PyTorch',
      'engine MB',
      'RSS MB',
    ]);
    expect(rows).toEqual([
      ['resnet18 inkstone 32-true', '0.800', '1.00', '0.33', '40', '100'],
      ['resnet18 inkstone 16-mixed', '0.600', '0.75', '0.25', '20', '100'],
      ['resnet18 PyTorch 2.14 fp32', '2.400', '3.00', '1.00', '–', '100'],
      ['mobilenet_v3_small_050 inkstone 16-mixed', '0.100', '–', '–', '10', '100'],
    ]);
  });
});
