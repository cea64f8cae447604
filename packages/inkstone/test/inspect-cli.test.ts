/** `inkstone inspect`: exit codes, and what it prints. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INKSTONE } from './program.js';
import { writeIcdar } from './receipt-folder.js';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-inspect-cli-'));
  const samples = (heights: readonly number[]) =>
    heights.map((height) => ({ id: `${height}`, width: 160, height }));
  await writeIcdar(join(folder, 'data'), 'train', samples([128, 136]));
  await writeIcdar(join(folder, 'data'), 'val', samples([144]));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inspect(...args: string[]) {
  const options = { cwd: folder, encoding: 'utf8' } as const;
  return spawnSync(process.execPath, [INKSTONE, 'inspect', 'data=icdar', 'data.root=data', ...args], options);
}

describe('inkstone inspect', () => {
  it('ends with 0 when all is well, and writes nothing that was not asked for', () => {
    const { status, stdout, stderr } = inspect('data.size=160');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^images +2 +1$/m);
    expect(stdout).toMatch(/^Nothing was found that is wrong\.$/m);
    expect(status).toBe(0);
    expect(readdirSync(folder)).toEqual(['data']);
  });

  it('ends with 1 when training could not work, and says why as JSON too', () => {
    const { status, stdout } = inspect('data.size=32', '--json');
    const { splits, findings, advice } = JSON.parse(stdout);
    expect(splits).toMatchObject([
      { split: 'train', images: 2, texts: 2 },
      { split: 'val', images: 1, texts: 1 },
    ]);
    expect(findings[0]).toMatchObject({ weight: 'problem', check: 'small_texts' });
    expect(findings[0].where).toEqual([
      join('data', 'train', 'gt', '128.txt:1'),
      join('data', 'train', 'gt', '136.txt:1'),
      join('data', 'val', 'gt', '144.txt:1'),
    ]);
    expect(advice.overrides).toEqual(['data.size=640']);
    expect(status).toBe(1);
  });

  it('says why it suggests what it does', () => {
    expect(inspect().stdout).toMatch(
      /^Suggested: data\.size=640\n {2}data\.size: half of the pictures have at most 160 pixels .* 960 would only enlarge them$/m,
    );
  });

  it('names what is wrong with a label file of which nothing can be read', () => {
    const root = mkdtempSync(join(tmpdir(), 'inkstone-inspect-cli-'));
    writeFileSync(join(root, 'labels.json'), '{"images": ');
    const { status, stdout } = inspect('data=json', `data.root=${root}`);
    expect(stdout).toMatch(/^problem: a file or line of train cannot be used: is not JSON/m);
    expect(stdout).toMatch(/^problem: a file or line of val cannot be used: is not JSON/m);
    expect(stdout).toMatch(
      /^No picture could be looked at, so nothing is known about size, shrink ratio and batch\.$/m,
    );
    expect(status).toBe(1);
    rmSync(root, { recursive: true });
  });

  it('ends with 2 when the call is wrong, before anything is looked at', () => {
    const missing = inspect('data.root=nowhere');
    expect(missing.stderr).toMatch(/^error: nowhere: there is no such folder/);
    expect(missing.status).toBe(2);
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'taken', 'notes.txt'), 'mine');
    const taken = inspect('--output', 'taken');
    expect(taken.stderr).toMatch(/^error: taken: has other files in it \(notes\.txt\)/);
    expect(taken.status).toBe(2);
    rmSync(join(folder, 'taken'), { recursive: true });
  });
});
