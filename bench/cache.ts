/** The cache's figures, as medians of one run: hits against memcpy and other stores, loading with and without it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { allocateShared, CacheManager, inspectCache } from '../packages/inkstone/src/cache/index.js';
import { namespaceFolder } from '../packages/inkstone/src/cache/layout.js';
import { createDataset, DataLoader, type DatasetOptions } from '../packages/inkstone/src/data/index.js';
import { ensureSyntheticDataset, syntheticSchema } from '../packages/inkstone/src/data/synthetic/dataset.js';
import { loadRunConfig, profileCache } from '../packages/inkstone/src/runs/index.js';
import { bytes, median } from '../packages/inkstone/src/system/index.js';
import { type Contender, openContenders } from './cache-stores.js';

/** A 640 × 640 sample of four float32 channels' worth of bytes. */
const SAMPLE_BYTES = 4_915_200;
/** Together larger than the last-level cache, as a data set is. */
const DISTINCT_SAMPLES = 48;
const SLOTS = 4;
const ROUNDS = 6;
const SYNTHETIC = '.inkstone/synthetic';
const LOADED_BATCHES = 12;
const LATER_EPOCHS = 5;
const BATCH_SIZE = 4;
const STATUS_ENTRIES = 100_000;
const PARTS = ['hits', 'loading', 'presets', 'status'] as const;
const PRESETS = ['none', 'minimal', 'balanced', 'validation_optimized', 'memory_efficient'];

interface Options {
  readonly data?: string;
  readonly entries: string;
  readonly only: readonly (typeof PARTS)[number][];
}

export async function benchCache(args: readonly string[]): Promise<void> {
  const command = new Command('bench cache')
    .option('--data <folder>', 'an ICDAR data set; drawn receipts when not given')
    .option('--entries <n>', 'entries for the time of `cache status`', String(STATUS_ENTRIES))
    .addOption(new Option('--only <part...>', 'what to measure').choices(PARTS).default(PARTS))
    .parse(args, { from: 'user' });
  const { data: given, entries, only } = command.opts<Options>();
  const data = async () => given ?? (await drawnReceipts());
  const folder = mkdtempSync(resolve('.inkstone-bench-'));
  try {
    const parts = {
      hits: async () => describeHits(await benchHits(join(folder, 'hits'))),
      loading: async () => describeLoading(await benchLoading(await data(), join(folder, 'loading'))),
      presets: async () => describePresets(await benchPresets(await data(), join(folder, 'presets'))),
      status: async () => describeStatus(await benchStatus(join(folder, 'status'), Number(entries))),
    };
    for (const name of only) console.log(`${(await parts[name]()).join('\n')}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function drawnReceipts(): Promise<string> {
  return join(await ensureSyntheticDataset(SYNTHETIC, syntheticSchema.parse({})), 'train');
}

/** Milliseconds (medians) to bring one of many samples into a shared slot; each store in turn with memcpy alone. */
async function benchHits(folder: string) {
  const values = Array.from({ length: DISTINCT_SAMPLES }, (_, k) => {
    const bytes = Buffer.allocUnsafeSlow(SAMPLE_BYTES);
    for (let i = 0; i < SAMPLE_BYTES / 4; i++)
      bytes.writeInt32LE((Math.imul(i + k, 2654435761) >>> 7) | 0, 4 * i);
    return bytes;
  });
  const slots = Array.from({ length: SLOTS }, () => allocateShared(SAMPLE_BYTES));
  /** One time per sample. */
  const pass = async (land: Contender['land']): Promise<number[]> => {
    const times: number[] = [];
    for (const [k, value] of values.entries()) {
      const slot = slots[k % SLOTS]!;
      const start = performance.now();
      await land(String(k), slot);
      times.push(performance.now() - start);
      if (Buffer.compare(slot.subarray(0, 64), value.subarray(0, 64)) !== 0)
        throw new Error('another sample landed');
    }
    return times;
  };
  const memcpy = async (key: string, slot: Uint8Array) => slot.set(values[Number(key)]!);
  const rows = [];
  for (const contender of await openContenders(folder)) {
    for (const [k, value] of values.entries()) await contender.put(String(k), value);
    const land = (key: string, slot: Uint8Array) => contender.land(key, slot);
    const memcpyTimes: number[] = [];
    const times: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const [base, own] = [await pass(memcpy), await pass(land)];
      // The first round warms up.
      if (round > 0) memcpyTimes.push(...base);
      if (round > 0) times.push(...own);
    }
    await contender.close();
    const { name, verifies } = contender;
    rows.push({ name, verifies, ms: median(times)!, memcpyMs: median(memcpyTimes)! });
  }
  return rows;
}

/** Epochs of a loader in this thread: uncached, while filling, cached; target maps included, no random transforms. */
async function benchLoading(data: string, root: string) {
  const epoch = async (request: Partial<DatasetOptions>) => {
    const dataset = await createDataset({
      options: { root: data, load_maps: true, num_workers: 0, prefetch: 1 },
      split: 'train',
      augment: false,
      log: () => {},
      ...request,
    });
    const loader = new DataLoader(dataset, {
      batchSize: BATCH_SIZE,
      shuffle: false,
      limitBatches: LOADED_BATCHES,
    });
    const pass = async () => {
      const start = performance.now();
      let images = 0;
      for await (const batch of loader.epoch(0)) images += batch.ids.length;
      return (performance.now() - start) / images;
    };
    const first = await pass();
    const later: number[] = [];
    for (let i = 0; i < LATER_EPOCHS; i++) later.push(await pass());
    const health = dataset.cache?.getCacheHealth();
    await loader.close();
    return { first, later: median(later)!, health };
  };
  const everything = { root, cache_transformed_tensors: true };
  const uncached = await epoch({});
  const cached = await epoch({ cache: everything });
  return {
    uncachedMs: uncached.later,
    fillingMs: cached.first,
    cachedMs: cached.later,
    throughputRatio: uncached.later / cached.later,
    secondEpochRatio: cached.first / cached.later,
    fillMs: cached.health!.fillLatencyMs,
    readMs: cached.health!.readLatencyMs,
  };
}

async function benchPresets(data: string, folder: string) {
  const rows = [];
  for (const preset of PRESETS) {
    const overrides = [
      'data=icdar',
      `data.root=${JSON.stringify(data)}`,
      `data/performance_preset=${preset}`,
      `data.cache_config.root=${JSON.stringify(join(folder, preset))}`,
    ];
    const { config } = loadRunConfig({ overrides });
    rows.push({ preset, ...(await profileCache(config, LOADED_BATCHES * BATCH_SIZE)) });
  }
  return rows;
}

/** Seconds that `cache status` takes over many small entries, which are copies of one. */
async function benchStatus(root: string, entries: number) {
  const options = { config: { root }, scope: 'many', levels: { image: {} }, description: {}, log: () => {} };
  const cache = await CacheManager.open(options);
  const level = join(namespaceFolder(root, cache.fingerprint), 'image');
  for (let i = 0; i < entries; i++) {
    const name = randomBytes(16).toString('hex');
    const shard = join(level, name.slice(0, 2));
    mkdirSync(shard, { recursive: true });
    writeFileSync(join(shard, name), name);
  }
  const start = performance.now();
  const status = await inspectCache(root);
  return { entries: status.entries, seconds: (performance.now() - start) / 1000 };
}

function describeHits(hits: Awaited<ReturnType<typeof benchHits>>): string[] {
  return [
    `Landing a sample of ${bytes(SAMPLE_BYTES)} in a shared slot, page cache warm (medians)`,
    '| store | milliseconds | times memcpy | notices a flipped bit |',
    '|---|---|---|---|',
    ...hits.map(({ name, verifies, ms, memcpyMs }) => {
      return `| ${name} | ${ms.toFixed(2)} | ${(ms / memcpyMs).toFixed(1)} | ${verifies ? 'yes' : 'no'} |`;
    }),
  ];
}

function describeLoading(loading: Awaited<ReturnType<typeof benchLoading>>): string[] {
  const { uncachedMs, fillingMs, cachedMs, throughputRatio, secondEpochRatio, fillMs, readMs } = loading;
  const times = (ratio: number) => `${ratio.toFixed(1)} ×`;
  return [
    'Loading a training sample with its maps, one thread, no random transforms (medians of epochs)',
    `  uncached ${uncachedMs.toFixed(1)} ms, filling ${fillingMs.toFixed(1)} ms, cached ${cachedMs.toFixed(2)} ms`,
    `  throughput cached against uncached ${times(throughputRatio)}, second epoch against first ${times(secondEpochRatio)}`,
    `  one entry: fill ${fillMs.p50.toFixed(2)} ms, read ${readMs.p50.toFixed(2)} ms, hit against miss ${times(fillMs.p50 / readMs.p50)}`,
  ];
}

function describePresets(rows: Awaited<ReturnType<typeof benchPresets>>): string[] {
  return [
    '| preset | disk a sample | first read | later reads |',
    '|---|---|---|---|',
    ...rows.map(
      ({ preset, bytesPerSample, fillMs, readMs }) =>
        `| \`${preset}\` | ${bytes(bytesPerSample)} | ${fillMs.toFixed(1)} ms | ${readMs.toFixed(1)} ms |`,
    ),
  ];
}

function describeStatus({ entries, seconds }: Awaited<ReturnType<typeof benchStatus>>): string[] {
  return [`\`cache status\` over ${entries} entries: ${seconds.toFixed(2)} s`];
}
