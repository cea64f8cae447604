/**
 * Checkpoints with bytes flipped or cut off, or with another header or description: each is loaded as `predict` loads it, or
 * refused in one line that names the file, and soon.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createNetwork } from '../../src/detection/index.js';
import { encodeSafetensors } from '../../src/nn/index.js';
import { loadCheckpointConfig, loadModel, loadRunConfig } from '../../src/runs/index.js';
import { InkstoneError, peakRss, VERSION } from '../../src/system/index.js';
import { temporaryFolder } from '../receipt-folder.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const CHECKPOINTS = rounds(5000, 200);
const PATIENCE_MS = 10_000;
const MOST_BYTES = 2 * 2 ** 30;
/** Of the header's length, at the start. */
const LENGTH_BYTES = 8;

const { config } = loadRunConfig({ overrides: ['model.decoder.inner_channels=4'] });
const network = createNetwork(config.model);
const description = {
  version: VERSION,
  model: { ...config.model, size: 64, normalization: network.normalization, precision: '32-true' },
  step: 7,
  metrics: { 'val/hmean': 0.9 },
};
const original = Buffer.from(
  encodeSafetensors({
    tensors: network.stateDict(),
    metadata: { inkstone: JSON.stringify(description) },
  }),
);
network.dispose();

type Change = (bytes: Buffer) => Buffer;

const nasty: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    0,
    -1,
    1.5,
    1e300,
    2 ** 31,
    4_000_000,
    null,
    'abc',
    '\u001b[31m\n',
    '${.}',
    [],
    {},
    true,
    'x'.repeat(1e5),
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Puts `value` in place of one of the values in a tree of JSON, or takes the key away. */
function replaced(tree: unknown, which: number, value: unknown): unknown {
  let left = which;
  const visit = (node: unknown): unknown => {
    if (left-- === 0) return value;
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, visit(child)]));
  };
  return visit(tree);
}

const countOf = (node: unknown): number =>
  typeof node === 'object' && node !== null
    ? Object.values(node).reduce<number>((sum, child) => sum + countOf(child), 1)
    : 1;

function withHeader(bytes: Buffer, change: (header: Record<string, unknown>) => unknown): Buffer {
  const end = LENGTH_BYTES + Number(bytes.readBigUInt64LE());
  const header = Buffer.from(JSON.stringify(change(JSON.parse(bytes.toString('utf8', LENGTH_BYTES, end)))));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, bytes.subarray(end)]);
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(), nasty).map(
    ([which, value]): Change =>
      (bytes) =>
        withHeader(bytes, (header) => ({
          ...header,
          __metadata__: {
            inkstone: JSON.stringify(replaced(description, which % countOf(description), value)),
          },
        })),
  ),
  fc.tuple(fc.nat(), nasty).map(
    ([which, value]): Change =>
      (bytes) =>
        withHeader(bytes, (header) => replaced(header, which % countOf(header), value)),
  ),
  share.map(
    (at): Change =>
      (bytes) =>
        bytes.subarray(0, Math.floor(at * bytes.length)),
  ),
  fc
    .tuple(
      fc.oneof(
        fc.nat(64),
        share.map((at) => Math.floor(at * (original.length - 1))),
      ),
      fc.nat(255),
    )
    .map(
      ([at, value]): Change =>
        (bytes) => {
          const changed = Buffer.from(bytes);
          changed[at] = value;
          return changed;
        },
    ),
);

it(
  'a damaged checkpoint is loaded, or named in a line, within time and memory',
  () => {
    const file = join(temporaryFolder(), 'damaged.safetensors');
    let loaded = 0;
    let refused = 0;
    fc.assert(
      fc.property(change, (apply) => {
        writeFileSync(file, apply(original));
        const started = performance.now();
        try {
          const { config: found } = loadCheckpointConfig(file);
          loadModel(file, found.model).model.dispose();
          loaded++;
        } catch (error) {
          if (!(error instanceof InkstoneError)) throw error;
          for (const line of error.message.split('\n')) expect(line).toContain(file);
          expect(error.message.length).toBeLessThan(5000);
          refused++;
        }
        expect(performance.now() - started).toBeLessThan(PATIENCE_MS);
      }),
      { numRuns: CHECKPOINTS },
    );
    expect(Math.min(loaded, refused)).toBeGreaterThan(0);
    expect(peakRss()).toBeLessThan(MOST_BYTES);
  },
  TIMEOUT_MS,
);
