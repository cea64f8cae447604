import { describe, expect, it } from 'vitest';
import { type Profile, type ProfileRow, profileStep, profileTable } from './profile.js';

describe('profileStep', () => {
  const options = {
    encoder: 'mobilenet_v3_small_050',
    precision: '32-true',
    batch: 1,
    size: 64,
    steps: 2,
  } as const;
  const { peaks, stepSeconds, rows } = profileStep(options);
  const find = (layer: string, phase: ProfileRow['phase'], kernel: string) =>
    rows.find((row) => row.layer === layer && row.phase === phase && row.kernel === kernel);

  it('counts the operations and bytes of a convolution, forward and backward', () => {
    // 3 × 3, stride 2, from 3 channels of 64 × 64 pixels to 8 of 32 × 32, two operations a multiply-add.
    const operations = 2 * 32 * 32 * 8 * 3 * 9;
    // Input, weights and output, and the mean and variance of each channel; the batch norm that follows reads them.
    const bytes = 4 * (64 * 64 * 3 + 8 * 3 * 9 + 32 * 32 * 8 + 2 * 8);
    expect(find('encoder.stem.0', 'forward', 'conv2d')).toMatchObject({ calls: 1, operations, bytes });
    expect(find('encoder.stem.0', 'backward', 'conv2dBackwardWeight')).toMatchObject({
      calls: 1,
      operations,
    });
    // Depthwise: a filter a channel.
    expect(find('encoder.stage1.0.block.0.0', 'forward', 'conv2d')).toMatchObject({
      operations: 2 * 16 * 16 * 8 * 9,
    });
    // 2 × 2 transposed, from 16 channels of 32 × 32 to one of 64 × 64.
    expect(find('head.binarize.6', 'forward', 'upConv2d')).toMatchObject({ operations: 2 * 64 * 64 * 16 });
  });

  it('knows the losses and the update apart from the layers', () => {
    expect(find('loss', 'forward', 'diceLoss')).toMatchObject({ calls: 1, operations: 0 });
    expect(find('update', 'update', 'adam')?.calls).toBeGreaterThan(100);
    expect(rows.filter(({ kernel, phase }) => kernel === 'adam' && phase !== 'update')).toEqual([]);
  });

  it('measures what the machine can do', () => {
    expect(peaks.operationsPerSecond).toBeGreaterThan(1e8);
    expect(peaks.halfOperationsPerSecond).toBeGreaterThan(1e7);
    expect(peaks.bytesPerSecond).toBeGreaterThan(1e7);
    expect(stepSeconds).toBeGreaterThan(0.0001);
  });
});

describe('profileTable', () => {
  it('shows shares of the step and of what the machine can do, and what lies between the kernels', () => {
    const conv: ProfileRow = {
      ...{ layer: 'encoder.conv1', phase: 'forward', kernel: 'conv2d', calls: 1 },
      ...{ seconds: 0.02, operations: 1.6e9, bytes: 4e7, half: false },
    };
    const product: ProfileRow = { ...conv, phase: 'backward', half: true };
    const norm: ProfileRow = { ...conv, kernel: 'foldAffine', seconds: 0.01, operations: 0, bytes: 5e7 };
    const profile: Profile = {
      peaks: { operationsPerSecond: 1e11, halfOperationsPerSecond: 2e11, bytesPerSecond: 1e10 },
      stepSeconds: 0.08,
      rows: [conv, product, norm],
    };
    expect(profileTable(profile).rows).toEqual([
      ['encoder.conv1', 'forward', 'conv2d', '1', '20.00', '25 %', '40.0', '1.60', '80 %', '20 %'],
      ['encoder.conv1', 'backward', 'conv2d', '1', '20.00', '25 %', '40.0', '1.60', '40 %', '20 %'],
      ['encoder.conv1', 'forward', 'foldAffine', '1', '10.00', '13 %', '50.0', '–', '–', '50 %'],
      ['between kernels', '–', '–', '–', '30.00', '38 %', '–', '–', '–', '–'],
    ]);
  });
});
