/** `inkstone cache …` on a small data set, from empty to warm to damaged to cleared. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { CacheManager } from '../src/cache/index.js';
import { entriesOf } from '../src/cache/scan.js';
import { cacheCommand } from '../src/cli/cache.js';
import { writeIcdar } from './receipt-folder.js';

let folder: string;
let printed: string[];

beforeAll(async () => {
  folder = fs.mkdtempSync(join(tmpdir(), 'cache-cli-'));
  const samples = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, width: 120, height: 96 + 8 * i }));
  await writeIcdar(join(folder, 'data'), 'train', samples('t', 5));
  await writeIcdar(join(folder, 'data'), 'val', samples('v', 2));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const root = () => join(folder, 'cache');
const overrides = (...more: string[]) => [
  'data=icdar',
  `data.root=${join(folder, 'data')}`,
  'data.size=64',
  ...more,
];

/** Runs a sub-command; resolves to what it printed and its exit code. */
async function run(name: string, ...words: string[]): Promise<{ text: string; code: number }> {
  printed = [];
  process.exitCode = 0;
  const command = cacheCommand();
  for (const child of command.commands) child.exitOverride();
  try {
    await command.exitOverride().parseAsync([name, '--root', root(), ...words], { from: 'user' });
    return { text: printed.join('\n'), code: Number(process.exitCode) };
  } finally {
    process.exitCode = 0;
  }
}

it('without a cache: nothing to see, nothing wrong', async () => {
  expect((await run('status')).text).toBe(`No cache at ${root()}`);
  expect(await run('health')).toEqual({
    text: 'CACHE HEALTH ANALYSIS\nStatus: ✓ HEALTHY (No cache)',
    code: 0,
  });
  expect((await run('clear', '--all')).text).toBe('Deleted 0 entries (0 B)');
  await expect(run('verify')).rejects.toThrow(`${root()}: there is no cache to verify here`);
  await expect(run('verify')).rejects.toMatchObject({ exitCode: 2 });
});

it('an empty name is no name', async () => {
  await expect(run('clear', '--all', '--root', '')).rejects.toThrow('expected the name of a folder');
});

it('warm says that it could not store anything, before and after', async () => {
  const file = join(folder, 'a-file');
  fs.writeFileSync(file, '');
  const before = run('warm', ...overrides(), '--root', join(file, 'cache'));
  await expect(before).rejects.toThrow('the cache cannot be written, so there is nothing to warm');
  await expect(before).rejects.toMatchObject({ exitCode: 1 });
  const small = join(folder, 'small');
  await run('warm', ...overrides(), '--root', small);
  const [namespace] = fs.readdirSync(join(small, 'v1')).map((name) => join(small, 'v1', name));
  fs.rmSync(join(namespace!, 'image'), { recursive: true });
  fs.writeFileSync(join(namespace!, 'image'), 'of a user');
  const after = run('warm', ...overrides(), '--root', small, '--split', 'train', 'val');
  await expect(after).rejects.toThrow(/entries could not be stored, so the cache is not ready/);
  expect(fs.readFileSync(join(namespace!, 'image'), 'utf8')).toBe('of a user');
  const tiny = run(
    'warm',
    ...overrides('data.cache_config.max_bytes.disk=50000'),
    '--root',
    join(folder, 'tiny'),
  );
  await expect(tiny).rejects.toThrow(
    /only \d of 5 samples fit into the 50.0 kB of data.cache_config.max_bytes.disk/,
  );
});

it('a folder that is no cache is said to be none, by whoever is asked about it', async () => {
  const photos = join(folder, 'photos');
  fs.mkdirSync(join(photos, 'v1'), { recursive: true });
  for (const words of [
    ['validate', ...overrides()],
    ['warm', ...overrides()],
    ['clear', '--all'],
    ['verify'],
  ]) {
    const [name, ...rest] = words;
    await expect(run(name!, ...rest, '--root', photos), name).rejects.toMatchObject({ exitCode: 2 });
  }
  expect(fs.readdirSync(photos, { recursive: true })).toEqual(['v1']);
});

it('a configuration that caches nothing would use no cache', async () => {
  const { text, code } = await run('validate', ...overrides('data/performance_preset=none'));
  expect({ text, code }).toEqual({ text: expect.stringContaining('caches nothing'), code: 1 });
});

it('validate says no before warming and yes after it, and names what changed', async () => {
  const before = await run('validate', ...overrides());
  expect(before.code).toBe(1);
  expect(before.text).toContain('train: ✗ would start a new cache');
  expect(before.text).toContain('0 entries would be read, 10 computed (0 outdated, 10 not there)');
  expect((await run('warm', ...overrides(), '--shard', '1/2')).text).toContain(
    'train: 3 samples ready, 3 of them new',
  );
  expect((await run('warm', ...overrides())).text).toContain('train: 5 samples ready, 2 of them new');
  const after = await run('validate', ...overrides());
  expect(after.code).toBe(0);
  expect(after.text).toContain('train: ✓ would use the cache');
  expect(after.text).toContain('10 entries would be read, 0 computed');
  const other = await run('validate', ...overrides('data.targets.shrink_ratio=0.5'));
  expect(other.code).toBe(1);
  expect(other.text).toContain('changed: transforms.targets.shrink_ratio 0.7 → 0.5');
});

it('a touched label file costs its own maps', async () => {
  fs.appendFileSync(join(folder, 'data', 'train', 'gt', 't1.txt'), '30,50,60,50,60,70,30,70,MORE\n');
  const { text, code } = await run('validate', ...overrides(), '--split', 'train');
  expect(code).toBe(0);
  expect(text).toContain('changed: 1 label file changed');
  expect(text).toContain(
    '9 entries would be read, 1 computed (1 outdated, 0 not there)\n    outdated: maps t1',
  );
});

it('status and export name levels, versions and recent files', async () => {
  const { text } = await run('status');
  expect(text).toContain(`Cache: ${root()}`);
  expect(text).toMatch(/data:train {2}version 39acc676 {2}fingerprint [0-9a-f]{16}/);
  expect(text).toMatch(/image {10}5 entries/);
  expect(text).toContain('Most recent files:');
  const status = JSON.parse((await run('status', '--json')).text);
  expect(status).toMatchObject({ exists: true, entries: 12, staleEntries: 0 });
  await run('export', '--output', join(folder, 'stats.json'));
  expect(JSON.parse(fs.readFileSync(join(folder, 'stats.json'), 'utf8'))).toMatchObject({ entries: 12 });
  await expect(run('export', '--output', join(folder, 'stats.json'))).rejects.toThrow(
    /stats\.json: is there already; choose another name, or replace it with --overwrite/,
  );
  await expect(run('export', '--overwrite', '--output', folder)).rejects.toMatchObject({ exitCode: 2 });
  await run('export', '--overwrite', '--output', join(folder, 'stats.json'));
  await run('export', '--format', 'prometheus', '--output', join(folder, 'new', 'cache.prom'));
  const metrics = fs.readFileSync(join(folder, 'new', 'cache.prom'), 'utf8');
  expect(metrics).toMatch(
    /^inkstone_cache_entries\{scope=".*data:train",version="39acc676",.*level="maps"\} 5$/m,
  );
  for (const line of metrics.trim().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) |inkstone_cache_\w+(\{.*\})? \d+)/);
});

it('health and verify find a damaged entry, and verify --heal removes it', async () => {
  expect((await run('health')).text).toContain('Status: ✓ HEALTHY\n');
  const namespace = join(root(), 'v1', fs.readdirSync(join(root(), 'v1'))[0]!);
  const [victim] = entriesOf(namespace);
  const bytes = fs.readFileSync(victim!.path);
  bytes[80]! ^= 1;
  fs.writeFileSync(victim!.path, bytes);
  const health = await run('health');
  expect(health.code).toBe(1);
  expect(health.text).toContain('Status: ✗ CRITICAL');
  expect(health.text).toContain('What helps: run `inkstone cache verify --heal`');
  const verify = await run('verify', '--heal');
  expect(verify.code).toBe(1);
  expect(verify.text).toBe(
    `${victim!.path}: checksum does not match\n` +
      `12 entries (${verify.text.match(/\((.*?)\)/)![1]}) verified: 1 corrupt, removed`,
  );
  expect((await run('verify')).code).toBe(0);
});

it('stale entries make the cache unhealthy until they are cleared', async () => {
  const namespace = join(root(), 'v1', fs.readdirSync(join(root(), 'v1'))[0]!);
  const [old] = entriesOf(namespace);
  fs.utimesSync(old!.path, 1000, 1000);
  const health = await run('health');
  expect(health.code).toBe(1);
  expect(health.text).toContain('Status: ⚠ WARNING');
  expect(health.text).toContain('Stale Files: 1');
  expect((await run('clear', '--stale', '--dry-run')).text).toMatch(/^Would delete 1 entries/);
  expect((await run('clear', '--stale')).text).toMatch(/^Deleted 1 entries/);
  expect((await run('health')).code).toBe(0);
});

it('clear wants to know what, and says what it did', async () => {
  await expect(run('clear')).rejects.toThrow(CommanderError);
  await expect(run('clear', '--all', '--type', 'maps')).rejects.toThrow('say what to clear');
  expect((await run('clear', '--type', 'maps')).text).toMatch(/^Deleted 5 entries/);
  expect((await run('clear', '--all', '--json')).text).toContain('"dryRun": false');
  expect((await run('status')).text).toContain('0 entries');
  expect(await run('verify')).toEqual({ text: 'The cache is empty: there is nothing to verify.', code: 0 });
  await expect(run('clear', '--version', '')).rejects.toMatchObject({ exitCode: 2 });
});

it('names from outside never reach the terminal as they are', async () => {
  const data = join(folder, 'hostile');
  const name = 'a\u001b]0;owned\u0007\nb';
  await writeIcdar(data, 'train', [{ id: name, width: 120, height: 96 }]);
  const words = [
    'data=icdar',
    'data.size=64',
    `data.root=${data}`,
    'data.val_fraction=0',
    '--split',
    'train',
  ];
  await run('warm', ...words);
  fs.appendFileSync(join(data, 'train', 'gt', `${name}.txt`), '30,50,60,50,60,70,30,70,MORE\n');
  const scope = 'scans \u001b[31m\nred';
  const other = await CacheManager.open({
    config: { root: root() },
    scope,
    levels: { text: {} },
    description: {},
  });
  other.close();
  const answers: string[] = [];
  for (const question of [['validate', ...words], ['status'], ['health']]) {
    answers.push((await run(question[0]!, ...question.slice(1))).text);
  }
  await run('export', '--format', 'prometheus', '--output', join(folder, 'hostile.prom'));
  answers.push(fs.readFileSync(join(folder, 'hostile.prom'), 'utf8'));
  for (const text of answers) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(text).not.toMatch(/^red|^b$/m);
  }
  expect(answers[0]).toContain('outdated: maps a\\x1b]0;owned\\x07\\nb');
  expect(answers[1]).toContain('scans \\x1b[31m\\nred');
  await run('clear', '--all');
});

it('profile measures every preset that there is a file for, and lists what takes least disk first', async () => {
  const rows: { preset: string; samples: number; bytesPerSample: number }[] = JSON.parse(
    (await run('profile', ...overrides(), '--samples', '3', '--json')).text,
  );
  expect(rows.map(({ preset }) => preset).sort()).toEqual([
    'balanced',
    'memory_efficient',
    'minimal',
    'none',
    'validation_optimized',
  ]);
  const bytes = rows.map(({ bytesPerSample }) => bytesPerSample);
  expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
  expect(rows[0]).toMatchObject({ preset: 'none', samples: 3, bytesPerSample: 0 });
  expect(rows.find(({ preset }) => preset === 'balanced')!.bytesPerSample).toBeGreaterThan(64 * 64);
  expect(fs.readdirSync(folder).filter((name) => name.includes('profile'))).toEqual([]);
});
