/** Small ICDAR data sets in a temporary folder, for tests: real image files with a dark bar for each text. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';

export interface FolderSample {
  id: string;
  width: number;
  height: number;
  /** Label lines; default one text, `20,20,80,20,80,40,20,40,TOTAL`. */
  lines?: string[];
}

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'inkstone-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** Every file below a folder with its contents, by its path there. */
export function filesBelow(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), 'base64')]));
}

/** `<root>/<split>/images/ID.jpg` and `<root>/<split>/gt/ID.txt`. */
export async function writeIcdar(
  root: string,
  split: string,
  samples: readonly FolderSample[],
): Promise<void> {
  mkdirSync(join(root, split, 'images'), { recursive: true });
  mkdirSync(join(root, split, 'gt'), { recursive: true });
  for (const { id, width, height, lines = ['20,20,80,20,80,40,20,40,TOTAL'] } of samples) {
    await writeImage(join(root, split, 'images', `${id}.jpg`), width, height);
    writeFileSync(join(root, split, 'gt', `${id}.txt`), `${lines.join('\n')}\n`);
  }
}

/** Paper with a dark bar from (20, 20) to (80, 40), where the default label says. */
export async function writeImage(path: string, width: number, height: number): Promise<void> {
  const bar = { create: { width: 60, height: 20, channels: 3 as const, background: '#202020' } };
  await sharp({ create: { width, height, channels: 3, background: '#f0ece4' } })
    .composite(width >= 80 && height >= 40 ? [{ input: bar, left: 20, top: 20 }] : [])
    .toFile(path);
}
