import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError, median } from '../../system/index.js';
import { type ComparisonOptions, compareEngines, type EngineResult } from './comparison.js';
import { benchmarkTable } from './table.js';

const OPTIONS: ComparisonOptions = {
  encoders: ['mobilenet_v3_small_050'],
  precisions: ['32-true', '16-mixed'],
  batch: 1,
  size: 64,
  steps: 1,
  rounds: 1,
};
const MEGABYTE = 2 ** 20;

describe('compareEngines', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'inkstone-bench-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /**
   * A Python with a PyTorch that is fastest in channels-last, although that takes longer to start, notes what it is asked for, and
   * prints `printed` as its result.
   */
  const fakePeer = (printed: (seconds: number) => string) => {
    const [python, peer] = [join(folder, 'python'), join(folder, 'peer.py')];
    writeFileSync(
      python,
      `#!/bin/sh
if [ "$1" = -c ]; then echo 2.14.0; exit; fi
echo "$@" >> ${join(folder, 'calls')}
case "$@" in *channels_last*) sleep 0.3; echo '${printed(0.25)}' ;; *) echo '${printed(0.5)}' ;; esac
`,
    );
    chmodSync(python, 0o755);
    writeFileSync(peer, '');
    return { pythons: [join(folder, 'no-python'), python], peer };
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

  it.skipIf(process.platform === 'win32')('measures PyTorch in its faster memory format', async () => {
    const peer = fakePeer((seconds) =>
      JSON.stringify({ version: '2.14.0', seconds: [seconds, seconds, 9], peakResidentBytes: 512 }),
    );
    const results = await compareEngines({
      ...OPTIONS,
      ...peer,
      precisions: [],
      batch: 3,
      steps: 3,
      rounds: 2,
    });
    const figures = {
      encoder: 'mobilenet_v3_small_050',
      roundSeconds: [0.25, 0.25],
      medianSeconds: 0.25,
      peakBytes: undefined,
      peakResidentBytes: 512,
    };
    expect(results).toEqual([
      { ...figures, engine: 'PyTorch 2.14.0 float32, channels last' },
      { ...figures, engine: 'PyTorch 2.14.0 bfloat16, channels last' },
    ]);
    const call = (steps: number, dtype: string, layout: string) =>
      `${peer.peer} --encoder mobilenet_v3_small_050 --batch 3 --size 64 --steps ${steps} --dtype ${dtype} --layout ${layout}`;
    const trials = ['float32', 'bfloat16'].flatMap((dtype) => [
      call(2, dtype, 'contiguous'),
      call(2, dtype, 'channels_last'),
    ]);
    const round = [call(3, 'float32', 'channels_last'), call(3, 'bfloat16', 'channels_last')];
    expect(readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')).toEqual([
      ...trials,
      ...round,
      ...round,
    ]);
  });

  it.skipIf(process.platform === 'win32')('says in a line what a peer printed wrongly', async () => {
    const peer = fakePeer(() => '{"version": "2.14.0", "seconds": "slow", "peakResidentBytes": 1}');
    await expect(compareEngines({ ...OPTIONS, ...peer, precisions: [] })).rejects.toThrow(
      new InputError(
        `what ${peer.peer} printed: is not as Inkstone writes it (seconds: expected array, received string); ` +
          'name another script with --peer',
      ),
    );
  });

  it('refuses a script that is not there', async () => {
    await expect(compareEngines({ ...OPTIONS, peer: 'nowhere.py' })).rejects.toThrow(
      new InputError('nowhere.py: there is no such file to run PyTorch with'),
    );
  });

  it('refuses a size that the network cannot take', async () => {
    await expect(compareEngines({ ...OPTIONS, size: 100 })).rejects.toThrow(
      new InputError('size 100: the side of the images must be a multiple of 32'),
    );
  });
});

describe('benchmarkTable', () => {
  it('sets every engine against fp32 and the fastest PyTorch on the same network, round by round', () => {
    const result = (
      encoder: EngineResult['encoder'],
      engine: string,
      roundSeconds: readonly number[],
      peakBytes?: number,
    ): EngineResult => ({
      encoder,
      engine,
      roundSeconds,
      medianSeconds: median(roundSeconds)!,
      peakBytes,
      peakResidentBytes: 100 * MEGABYTE,
    });
    const { header, rows } = benchmarkTable([
      result('resnet18', 'inkstone 32-true', [0.8, 1.6, 0.9], 40 * MEGABYTE),
      // Three quarters, also in the round that a neighbour disturbed; the last one is an outlier.
      result('resnet18', 'inkstone 16-mixed', [0.6, 1.2, 0.9], 20 * MEGABYTE),
      result('resnet18', 'PyTorch 2.14 float32, contiguous', [2.4, 4.8, 2.7]),
      result('resnet18', 'PyTorch 2.14 bfloat16, channels last', [1.6, 3.2, 1.8]),
      result('mobilenet_v3_small_050', 'inkstone 16-mixed', [0.1], 10 * MEGABYTE),
    ]);
    expect(header).toEqual([
      'network and engine',
      's a step',
      'quartiles',
      'of fp32',
      'of PyTorch',
      'engine MB',
      'RSS MB',
    ]);
    expect(rows).toEqual([
      ['resnet18 inkstone 32-true', '0.900', '0.800–1.600', '1.00', '0.50', '40', '100'],
      ['resnet18 inkstone 16-mixed', '0.900', '0.600–1.200', '0.75', '0.37', '20', '100'],
      ['resnet18 PyTorch 2.14 float32, contiguous', '2.700', '2.400–4.800', '3.00', '1.50', '–', '100'],
      ['resnet18 PyTorch 2.14 bfloat16, channels last', '1.800', '1.600–3.200', '2.00', '1.00', '–', '100'],
      ['mobilenet_v3_small_050 inkstone 16-mixed', '0.100', '0.100–0.100', '–', '–', '10', '100'],
    ]);
  });
});
