/** What docs/cache.md shows is run: its commands, its programs, its table of settings. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { cacheCommand } from '../src/cli/cache.js';
import { cacheOptionsSchema } from '../src/data/index.js';
import { writeIcdar } from './receipt-folder.js';

const guide = fs.readFileSync(new URL('../../../docs/cache.md', import.meta.url), 'utf8');
const CACHE = fileURLToPath(new URL('../src/cache/index.ts', import.meta.url));
const before = process.cwd();
let folder: string;

beforeAll(async () => {
  folder = fs.mkdtempSync(join(tmpdir(), 'cache-guide-'));
  for (const split of ['train', 'val']) {
    await writeIcdar(join(folder, 'data'), split, [{ id: 'a', width: 120, height: 96 }]);
  }
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  fs.rmSync(folder, { recursive: true });
});

const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map((match) => match[1]!);

it('every command runs', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));
  expect(commands.length).toBeGreaterThan(8);
  const answers: string[] = [];
  for (const command of commands) {
    const [npx, inkstone, cache, ...words] = command.replace('DATA', join(folder, 'data')).split(' ');
    expect([npx, inkstone, cache]).toEqual(['npx', 'inkstone', 'cache']);
    process.exitCode = 0;
    await cacheCommand().parseAsync(words, { from: 'user' });
    if (process.exitCode !== 0) answers.push(command);
  }
  process.exitCode = 0;
  vi.restoreAllMocks();
  expect(answers, 'only the question before warming is answered with no').toEqual([
    'npx inkstone cache validate data=icdar data.root=DATA',
  ]);
});

it.each(blocks('ts').map((code, i) => [i + 1, code] as const))('program %i runs', (i, code) => {
  const file = join(folder, `program-${i}.mts`);
  fs.writeFileSync(file, code.replace("'inkstone/cache'", JSON.stringify(CACHE)));
  fs.writeFileSync(join(folder, 'note.txt'), 'kept');
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), file],
    {
      encoding: 'utf8',
    },
  );
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.trim()).toMatch([/^KEPT 1$/, /^0 [0-9a-f]{8}$/][i - 1]!);
});

it('the table of settings has every key and the default it really has', () => {
  const config = cacheOptionsSchema.parse({});
  const paths = Object.entries(config).flatMap(([key, value]) =>
    value !== null && typeof value === 'object'
      ? Object.keys(value).map((child) => `${key}.${child}`)
      : [key],
  );
  const rows = guide.slice(guide.indexOf('## Settings'), guide.indexOf('## Troubleshooting'));
  for (const path of paths) {
    const short = path.startsWith('compression.') ? path.slice('compression'.length) : path;
    expect(rows.includes(`\`${path}\``) || rows.includes(`\`${short}\``), path).toBe(true);
  }
  expect(config.max_bytes.disk).toBe(20e9);
});
